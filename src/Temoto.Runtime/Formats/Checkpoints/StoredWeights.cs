using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>The tensors of a directory or file by their names there, and those that it names without that they could be read.</summary>
internal sealed record StoredWeights(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, UnreadTensor> Unread);
