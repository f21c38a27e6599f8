using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Finished tensors that belong together, in the order in which they are written: one transformer layer, or what stands outside the layers. What was
/// changed has memory of its own, what was not is the source's. They carry Scales and InputGrid; names are those of the Hugging Face checkpoint.
/// </summary>
/// <param name="Key">"layer-3", "outside": names the part where an interrupted run goes on.</param>
internal sealed record QuantizedPart(string Key, IReadOnlyList<Tensor> Tensors);
