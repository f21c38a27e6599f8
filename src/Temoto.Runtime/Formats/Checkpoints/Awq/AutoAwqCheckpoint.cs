using System.Runtime.CompilerServices;
using Temoto.Formats.Checkpoints.Quantized;
using Temoto.Formats.Config;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// Turns the qweight, qzeros and scales of an AutoAWQ checkpoint into I4 tensors [out, in] with group scales. Integers of the gemm layout are transposed into
/// memory of their own, layer by layer; those of the gemv layout already lie as I4 does and stay mapped. Other tensors stay as they are.
/// </summary>
internal static unsafe class AutoAwqCheckpoint
{
    public const string FormatName = "autoawq";

    /// <summary>Tiles of eight output channels that one thread turns at a time: their words share a cache line.</summary>
    private const int TilesPerPiece = 16;

    private const string Next = "check that config.json and weights belong together, or download the checkpoint again";

    /// <param name="path">For error lines.</param>
    /// <param name="unread">A member that cannot be read is a layer that cannot.</param>
    /// <param name="owned">Gets the memory of the new tensors.</param>
    public static IReadOnlyDictionary<string, Tensor> Unpack(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, UnreadTensor> unread, AutoAwqSettings settings, List<IDisposable> owned)
    {
        foreach (var (name, tensor) in unread)
        {
            if ((ModuleOf(name, AutoAwqFormat.QuantizedWeight) ?? ModuleOf(name, AutoAwqFormat.Zeros) ?? ModuleOf(name, AutoAwqFormat.Scales)) is not null)
                throw tensor.Error();
        }
        var result = new Dictionary<string, Tensor>(tensors.Count);
        var layers = 0;
        foreach (var (name, tensor) in tensors)
        {
            if (ModuleOf(name, AutoAwqFormat.QuantizedWeight) is { } module)
            {
                var weight = new Layer(path, module, tensors, settings).Unpack(owned);
                result.Add(weight.Name, weight);
                layers++;
            }
            else if ((ModuleOf(name, AutoAwqFormat.Zeros) ?? ModuleOf(name, AutoAwqFormat.Scales)) is { } member)
            {
                if (!tensors.ContainsKey(member + AutoAwqFormat.QuantizedWeight))
                    throw new InputException(path, member + AutoAwqFormat.QuantizedWeight, "no such tensor", $"the integers that belong to {name}", Next);
            }
            else
            {
                if (ModuleOf(name, AutoAwqFormat.Weight) is { } plain && tensors.ContainsKey(plain + AutoAwqFormat.QuantizedWeight))
                    throw new InputException(path, name, "a plain weight beside a quantized one", "one of the two", Next);
                result.Add(name, tensor);
            }
        }
        return layers > 0
            ? result
            : throw new InputException(path, $"{AutoAwqSettings.Key}", "no quantized tensor", "tensors named *.qweight, *.qzeros and *.scales", Next);
    }

    private static string? ModuleOf(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : null;

    /// <summary>The three tensors of one linear layer, their shapes checked.</summary>
    private sealed class Layer
    {
        private readonly string path;
        private readonly string module;
        private readonly AutoAwqSettings settings;
        private readonly Tensor quantized;
        private readonly Tensor? zeros;
        private readonly Tensor scales;
        private readonly long outputs;
        private readonly long inputs;
        private readonly long groups;
        private readonly long groupSize;

        public Layer(string path, string module, IReadOnlyDictionary<string, Tensor> tensors, AutoAwqSettings settings)
        {
            this.path = path;
            this.module = module;
            this.settings = settings;
            if (settings.Excludes(module))
                throw new InputException(path, module + AutoAwqFormat.QuantizedWeight, "a quantized weight", $"a plain one: {AutoAwqSettings.Key}.modules_to_not_convert names it", Next);
            quantized = Member(tensors, AutoAwqFormat.QuantizedWeight, DType.I32);
            scales = Member(tensors, AutoAwqFormat.Scales, DType.F16, DType.BF16, DType.F32);
            zeros = settings.ZeroPoint || tensors.ContainsKey(module + AutoAwqFormat.Zeros) ? Member(tensors, AutoAwqFormat.Zeros, DType.I32) : null;
            var gemm = settings.Version == AutoAwqVersion.Gemm;
            (outputs, inputs) = gemm
                ? (quantized.Shape[1] * AutoAwqFormat.NibblesPerWord, quantized.Shape[0])
                : (quantized.Shape[0], quantized.Shape[1] * AutoAwqFormat.NibblesPerWord);
            if (outputs == 0 || inputs == 0 || inputs % 2 != 0 || Math.Max(outputs, inputs) > ModelLimits.IntermediateSize)
                throw Wrong(quantized, $"an even number of inputs, both sides from 1 to {ModelLimits.IntermediateSize}");
            groupSize = settings.GroupSize ?? inputs;
            if (inputs % groupSize != 0)
                throw Wrong(quantized, $"{(gemm ? "rows" : "columns")} for inputs that are a multiple of {AutoAwqSettings.Key}.group_size {groupSize}");
            groups = inputs / groupSize;
            if (gemm)
            {
                Require(zeros, groups, outputs / AutoAwqFormat.NibblesPerWord);
                Require(scales, groups, outputs);
                return;
            }
            var zeroWords = AutoAwqFormat.GemvZeroWords(groups, groupSize)
                ?? throw new InputException(path, $"{AutoAwqSettings.Key}.group_size", $"{groupSize}", "32, 64 or at least 128 with version gemv", Next);
            Require(zeros, outputs, zeroWords);
            Require(scales, outputs, zeroWords * AutoAwqFormat.NibblesPerWord);
        }

        private DType ScaleType => StoredScales.TypeInMemory(scales);

        private long ZeroRowBytes => (groups + 1) / 2;

        public Tensor Unpack(List<IDisposable> owned)
        {
            var gemm = settings.Version == AutoAwqVersion.Gemm;
            // One piece of memory: integers, scales, zero points, each from a multiple of 64 bytes on.
            var integerBytes = gemm ? outputs * inputs / 2 : 0;
            var scalesOffset = StoredScales.Aligned(integerBytes);
            var zerosOffset = StoredScales.Aligned(scalesOffset + outputs * groups * ScaleType.BlockBytes());
            var memory = new NativeBuffer(zerosOffset + (zeros is null ? 0 : outputs * ZeroRowBytes));
            owned.Add(memory);
            var scaleData = memory.Data + scalesOffset;
            var zeroData = memory.Data + zerosOffset;
            if (gemm)
                UnpackGemm(memory.Data, scaleData, zeroData);
            else
                UnpackGemv(scaleData, zeroData);
            var name = module + AutoAwqFormat.Weight;
            var groupScales = new Tensor(name + AutoAwqFormat.Scales, ScaleType, [outputs, groups], scaleData, outputs * groups * ScaleType.BlockBytes(), memory);
            var groupZeros = zeros is null ? null : new Tensor($"{name}.zeros", DType.U8, [outputs, ZeroRowBytes], zeroData, outputs * ZeroRowBytes, memory);
            return new Tensor(name, DType.I4, [outputs, inputs], gemm ? memory.Data : quantized.Data, outputs * inputs / 2, gemm ? memory : quantized)
            {
                Scales = new GroupScales(DType.I4, (int)groupSize, groupScales, groupZeros),
            };
        }

        private void UnpackGemm(byte* integers, byte* scaleData, byte* zeroData)
        {
            var tiles = outputs / NibbleTile.Channels;
            Parallel.For(0, (int)((tiles + TilesPerPiece - 1) / TilesPerPiece), piece =>
            {
                var end = Math.Min(tiles, (piece + 1L) * TilesPerPiece);
                var rows = stackalloc byte*[NibbleTile.Channels];
                for (var tile = (long)piece * TilesPerPiece; tile < end; tile++)
                {
                    var first = tile * NibbleTile.Channels;
                    for (var c = 0; c < NibbleTile.Channels; c++)
                        rows[c] = integers + (first + c) * (inputs / 2);
                    NibbleTile.ToRows(quantized.Data + tile * sizeof(uint), tiles, inputs, rows);
                    if (zeros is not null)
                    {
                        for (var c = 0; c < NibbleTile.Channels; c++)
                            rows[c] = zeroData + (first + c) * ZeroRowBytes;
                        NibbleTile.ToRows(zeros.Data + tile * sizeof(uint), tiles, groups, rows);
                    }
                    for (long g = 0; g < groups; g++)
                    {
                        for (var row = first; row < first + NibbleTile.Channels; row++)
                            StoredScales.Copy(scales, g * outputs + row, scaleData, row * groups + g);
                    }
                }
            });
        }

        private void UnpackGemv(byte* scaleData, byte* zeroData)
        {
            for (long row = 0; row < outputs; row++)
            {
                for (long g = 0; g < groups; g++)
                    StoredScales.Copy(scales, row * scales.Columns + g, scaleData, row * groups + g);
                if (zeros is null)
                    continue;
                var destination = zeroData + row * ZeroRowBytes;
                Unsafe.CopyBlockUnaligned(destination, zeros.Row(row), checked((uint)ZeroRowBytes));
                // Beyond the last group lies padding, which nothing promises to be zero.
                if (groups % 2 != 0)
                    destination[ZeroRowBytes - 1] &= 0x0F;
            }
        }

        private Tensor Member(IReadOnlyDictionary<string, Tensor> tensors, string suffix, params ReadOnlySpan<DType> dtypes)
        {
            if (!tensors.TryGetValue(module + suffix, out var tensor))
                throw new InputException(path, module + suffix, "no such tensor", $"{dtypes[0]} beside {module}{AutoAwqFormat.QuantizedWeight}", Next);
            return dtypes.Contains(tensor.DType) && tensor.Shape.Length == 2 ? tensor : throw Wrong(tensor, $"an {dtypes[0]} matrix");
        }

        private void Require(Tensor? tensor, long rows, long columns)
        {
            if (tensor is not null && (tensor.Shape[0] != rows || tensor.Shape[1] != columns))
                throw Wrong(tensor, $"[{rows}, {columns}] for a layer of {inputs} inputs and {outputs} outputs in groups of {groupSize}");
        }

        private InputException Wrong(Tensor tensor, string expected) => new(path, tensor.Name, TensorEntry.Describe(tensor.DType, tensor.Shape), expected, Next);
    }
}
