using System.Buffers.Binary;
using System.Text;
using Temoto.Formats.Checkpoints.Gguf;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

/// <summary>Changes one entry of metadata made by <see cref="GgufMetadata"/>, for files that are right but for one thing.</summary>
internal static class GgufEdit
{
    /// <summary>The metadata with a key set to a string, uint, float or bool; null removes it.</summary>
    public static GgufMetadata With(GgufMetadata metadata, string key, object? value)
    {
        var result = Copy(metadata.Bytes, metadata.Count, key);
        return value switch
        {
            null => result,
            string text => result.Add(key, text),
            uint number => result.Add(key, number),
            float real => result.Add(key, real),
            bool truth => result.Add(key, truth),
            string[] texts => result.Add(key, texts),
            int[] numbers => result.Add(key, numbers),
            float[] reals => result.Add(key, reals),
            _ => throw new NotSupportedException($"{value.GetType()}"),
        };
    }

    /// <summary>The metadata of a file that <see cref="GgufWriter"/> wrote.</summary>
    public static GgufMetadata Of(ReadOnlySpan<byte> file) => Copy(file[24..], BinaryPrimitives.ReadInt64LittleEndian(file[16..]), without: null);

    private static GgufMetadata Copy(ReadOnlySpan<byte> bytes, long entries, string? without)
    {
        var result = new GgufMetadata();
        for (var entry = 0L; entry < entries; entry++)
        {
            var name = Text(ref bytes);
            var type = (GgufValueType)Int(ref bytes);
            switch (type)
            {
                case GgufValueType.String:
                    var text = Text(ref bytes);
                    if (name != without)
                        result.Add(name, text);
                    break;
                case GgufValueType.UInt32:
                    var number = (uint)Int(ref bytes);
                    if (name != without)
                        result.Add(name, number);
                    break;
                case GgufValueType.Float32:
                    var real = BitConverter.Int32BitsToSingle(Int(ref bytes));
                    if (name != without)
                        result.Add(name, real);
                    break;
                case GgufValueType.Bool:
                    if (name != without)
                        result.Add(name, bytes[0] != 0);
                    bytes = bytes[1..];
                    break;
                case GgufValueType.Array:
                    var elementType = (GgufValueType)Int(ref bytes);
                    var count = Int(ref bytes);
                    bytes = bytes[4..];
                    if (elementType == GgufValueType.String)
                    {
                        var texts = new string[count];
                        for (var i = 0; i < count; i++)
                            texts[i] = Text(ref bytes);
                        if (name != without)
                            result.Add(name, texts);
                    }
                    else
                    {
                        var numbers = new int[count];
                        for (var i = 0; i < count; i++)
                            numbers[i] = Int(ref bytes);
                        if (name != without && elementType == GgufValueType.Int32)
                            result.Add(name, numbers);
                        else if (name != without)
                            result.Add(name, numbers.Select(BitConverter.Int32BitsToSingle).ToArray());
                    }
                    break;
                default:
                    throw new NotSupportedException($"{type}");
            }
        }
        return result;
    }

    private static int Int(ref ReadOnlySpan<byte> bytes)
    {
        var number = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        bytes = bytes[4..];
        return number;
    }

    private static string Text(ref ReadOnlySpan<byte> bytes)
    {
        var length = Int(ref bytes);
        var text = Encoding.UTF8.GetString(bytes.Slice(4, length));
        bytes = bytes[(4 + length)..];
        return text;
    }
}
