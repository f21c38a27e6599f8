using Temoto.Formats.Config;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>
/// A linear layer [outputs, inputs] whose weights are unsigned integers q of a few bits: w[o, i] = (q[o, i] - z[o, g]) * s[o, g], g the group of input i. How they lie in the file is for derived classes.
/// It becomes an I4 tensor up to four bits and an I8 tensor up to eight. Where the inputs of a group do not lie together (activation order) no integer tensor holds it: it becomes F16, rounded once.
/// </summary>
internal abstract unsafe class IntegerLayer
{
    private const string Next = "use the unquantized checkpoint, or one quantized otherwise";

    /// <summary>Outputs that one thread unpacks at a time: their integers share a cache line where words of neighbours lie together.</summary>
    private const int TileRows = 16;

    public required string Path { get; init; }

    /// <summary>Of the new tensor.</summary>
    public required string Name { get; init; }

    public required int Bits { get; init; }

    public required long Outputs { get; init; }

    public required long Inputs { get; init; }

    public required long Groups { get; init; }

    /// <summary>The group of each input; null where each is <see cref="Inputs"/> / <see cref="Groups"/> inputs that lie together.</summary>
    public int[]? GroupOf { get; init; }

    /// <summary>Rows of nibbles as I4 has them, which may stay where they are; null where they have to be unpacked.</summary>
    protected virtual Tensor? Nibbles => null;

    /// <summary>Integers of neighbouring outputs, [rows, Inputs].</summary>
    protected abstract void ReadIntegers(long first, int rows, byte* integers);

    /// <summary>Where the file has none, <see cref="Middle"/>.</summary>
    protected abstract uint Zero(long output, long group);

    protected abstract Tensor Scales { get; }

    /// <summary>Where the scale of an output's group lies in <see cref="Scales"/>.</summary>
    protected abstract long ScaleIndex(long output, long group);

    protected uint Middle => 1u << Bits - 1;

    public Tensor Unpack(List<IDisposable> owned)
    {
        if (Outputs == 0 || Inputs == 0 || Inputs % 2 != 0 || Math.Max(Outputs, Inputs) > ModelLimits.IntermediateSize)
            throw new InputException(Path, Name, $"[{Outputs}, {Inputs}]", $"an even number of inputs, both sides from 1 to {ModelLimits.IntermediateSize}", Next);
        if (GroupOf is not null && !LieTogether(GroupOf))
            return UnpackToHalves(GroupOf, owned);
        if (Inputs % Groups != 0)
            throw new InputException(Path, Name, $"{Inputs} inputs in {Groups} groups", "groups of one size", Next);
        return Bits <= 4 ? UnpackToNibbles(owned) : UnpackToBytes(owned);
    }

    /// <summary>Scales and zero points behind the integers in one piece of memory, each from a multiple of 64 bytes on.</summary>
    private Tensor Build(DType type, long integerBytes, Tensor? mapped, Tensor? zeros, NativeBuffer memory, Tensor scales) =>
        new(Name, type, [Outputs, Inputs], mapped is null ? memory.Data : mapped.Data, integerBytes, mapped is null ? memory : mapped)
        {
            Scales = new GroupScales(type, checked((int)(Inputs / Groups)), scales, zeros),
        };

    private Tensor UnpackToNibbles(List<IDisposable> owned)
    {
        var mapped = Nibbles;
        var storesZeros = NeedsZeros();
        var zeroRowBytes = (Groups + 1) / 2;
        var (scalesAt, zerosAt) = Places(mapped is null ? Outputs * Inputs / 2 : 0);
        var memory = Own(zerosAt + (storesZeros ? Outputs * zeroRowBytes : 0), owned);
        if (mapped is null)
        {
            EachTile((first, rows, integers) =>
            {
                for (long i = 0; i < rows * Inputs / 2; i++)
                    memory.Data[first * Inputs / 2 + i] = (byte)(integers[2 * i] | integers[2 * i + 1] << 4);
            });
        }
        Tensor? zeros = null;
        if (storesZeros)
        {
            var data = memory.Data + zerosAt;
            for (long o = 0; o < Outputs; o++)
            {
                for (long g = 0; g < Groups; g += 2)
                    data[o * zeroRowBytes + g / 2] = (byte)(CheckedZero(o, g) | (g + 1 < Groups ? CheckedZero(o, g + 1) << 4 : 0));
            }
            zeros = new Tensor($"{Name}.zeros", DType.U8, [Outputs, zeroRowBytes], data, Outputs * zeroRowBytes, memory);
        }
        return Build(DType.I4, Outputs * Inputs / 2, mapped, zeros, memory, CopyScales(memory, scalesAt));
    }

    private Tensor UnpackToBytes(List<IDisposable> owned)
    {
        var storesZeros = NeedsZeros();
        var (scalesAt, zerosAt) = Places(Outputs * Inputs);
        var memory = Own(zerosAt + (storesZeros ? Outputs * Groups : 0), owned);
        EachTile((first, rows, integers) =>
        {
            for (long i = 0; i < rows * Inputs; i++)
                memory.Data[first * Inputs + i] = (byte)(integers[i] - Middle);
        });
        Tensor? zeros = null;
        if (storesZeros)
        {
            var data = memory.Data + zerosAt;
            for (long o = 0; o < Outputs; o++)
            {
                for (long g = 0; g < Groups; g++)
                    data[o * Groups + g] = (byte)(CheckedZero(o, g) - Middle);
            }
            zeros = new Tensor($"{Name}.zeros", DType.I8, [Outputs, Groups], data, Outputs * Groups, memory);
        }
        return Build(DType.I8, Outputs * Inputs, null, zeros, memory, CopyScales(memory, scalesAt));
    }

    private Tensor UnpackToHalves(int[] groupOf, List<IDisposable> owned)
    {
        var matrix = HalfMatrix.New(Outputs, Inputs, owned);
        EachTile((first, rows, integers) =>
        {
            for (var row = 0; row < rows; row++)
            {
                var output = first + row;
                for (long i = 0; i < Inputs; i++)
                {
                    var group = groupOf[i];
                    matrix.Set(output, i, ((int)integers[row * Inputs + i] - (int)Zero(output, group)) * StoredScales.Read(Scales, ScaleIndex(output, group)));
                }
            }
        });
        return matrix.ToTensor(Name) ?? throw new InputException(Path, Name, "weights beyond float16", "weights in activation order that float16 can hold", Next);
    }

    private delegate void Tile(long first, int rows, byte* integers);

    private void EachTile(Tile unpack)
    {
        var tiles = (int)((Outputs + TileRows - 1) / TileRows);
        Parallel.For(0, tiles, () => new NativeBuffer(TileRows * Inputs), (tile, _, scratch) =>
        {
            var first = (long)tile * TileRows;
            var rows = (int)Math.Min(TileRows, Outputs - first);
            ReadIntegers(first, rows, scratch.Data);
            unpack(first, rows, scratch.Data);
            return scratch;
        }, scratch => scratch.Dispose());
    }

    /// <summary>Integers of less than four bits have no middle at 8, which I4 takes for granted; kernels are quicker where no zero point has to be read.</summary>
    private bool NeedsZeros()
    {
        if (Bits < 4)
            return true;
        for (long o = 0; o < Outputs; o++)
        {
            for (long g = 0; g < Groups; g++)
            {
                if (Zero(o, g) != Middle)
                    return true;
            }
        }
        return false;
    }

    private uint CheckedZero(long output, long group)
    {
        var zero = Zero(output, group);
        return zero < 1u << Bits ? zero : throw new InputException(Path, Name, $"a zero point of {zero} in {Bits} bits, which writers read differently", $"zero points up to {(1 << Bits) - 1}", Next);
    }

    private bool LieTogether(int[] groupOf)
    {
        if (Inputs % Groups != 0)
            return false;
        var size = Inputs / Groups;
        for (long i = 0; i < Inputs; i++)
        {
            if (groupOf[i] != i / size)
                return false;
        }
        return true;
    }

    private DType ScaleType => StoredScales.TypeInMemory(Scales);

    private (long Scales, long Zeros) Places(long integerBytes)
    {
        var scalesAt = StoredScales.Aligned(integerBytes);
        return (scalesAt, StoredScales.Aligned(scalesAt + Outputs * Groups * ScaleType.BlockBytes()));
    }

    private static NativeBuffer Own(long bytes, List<IDisposable> owned)
    {
        var memory = new NativeBuffer(bytes);
        owned.Add(memory);
        return memory;
    }

    private Tensor CopyScales(NativeBuffer memory, long at)
    {
        var data = memory.Data + at;
        for (long o = 0; o < Outputs; o++)
        {
            for (long g = 0; g < Groups; g++)
                StoredScales.Copy(Scales, ScaleIndex(o, g), data, o * Groups + g);
        }
        return new Tensor($"{Name}.scales", ScaleType, [Outputs, Groups], data, Outputs * Groups * ScaleType.BlockBytes(), memory);
    }
}
