namespace Temoto.Formats.Images;

/// <summary>
/// The entropy-coded form of one block (T.81: sequential F.2.2, progressive G.1.2 and G.2). Coefficients go to natural order. Sums that leave 16 bits
/// wrap round: only damaged files have them.
/// </summary>
internal static class JpegBlocks
{
    /// <summary>A run of 16 zeros in a sequential or first scan; 15 is also the longest run before a value.</summary>
    private const int LongestRun = 15;

    /// <summary>All 64 coefficients; returns the DC value, from which the next block's differs.</summary>
    /// <param name="block">[64], zeros before.</param>
    public static int Sequential(ref JpegBits bits, JpegHuffmanTable dc, JpegHuffmanTable ac, int prediction, Span<short> block)
    {
        prediction = (short)(prediction + bits.Signed(bits.Symbol(dc)));
        block[0] = (short)prediction;
        var order = JpegTransform.NaturalOrder;
        var lookup = ac.Lookup;
        // In locals, so that they stay in registers.
        var (buffer, count) = (bits.Buffer, bits.Count);
        for (var k = 1; k < JpegComponent.BlockSamples; k++)
        {
            // A code and its value take at most 16 + 15 bits.
            if (count < 32)
            {
                (bits.Buffer, bits.Count) = (buffer, count);
                bits.Fill();
                (buffer, count) = (bits.Buffer, bits.Count);
            }
            int entry = lookup[(int)(buffer >> (64 - JpegHuffmanTable.LookupBits))];
            if (entry == 0)
            {
                bits.Buffer = buffer;
                entry = bits.LongSymbol(ac);
            }
            var (codeBits, run, size) = (entry >> 8, (entry >> 4) & 15, entry & 15);
            buffer <<= codeBits;
            count -= codeBits;
            if (size == 0)
            {
                if (run != LongestRun)
                    break;
                k += LongestRun;
                continue;
            }
            k += run;
            if (k >= JpegComponent.BlockSamples)
                throw bits.Bad($"coefficient {k} of a block", "at most 63");
            var value = (int)(buffer >> (64 - size));
            buffer <<= size;
            count -= size;
            block[order[k]] = (short)JpegBits.Extend(value, size);
        }
        (bits.Buffer, bits.Count) = (buffer, count);
        return prediction;
    }

    /// <summary>The DC difference without its <paramref name="lowBit"/> lowest bits; returns the new prediction.</summary>
    public static int DcFirst(ref JpegBits bits, JpegHuffmanTable dc, int prediction, int lowBit, Span<short> block)
    {
        prediction = (short)(prediction + bits.Signed(bits.Symbol(dc)));
        block[0] = (short)(prediction << lowBit);
        return prediction;
    }

    /// <summary>One more bit of DC.</summary>
    public static void DcRefinement(ref JpegBits bits, int lowBit, Span<short> block) => block[0] |= (short)(bits.Take(1) << lowBit);

    /// <summary>A band of AC coefficients for the first time. Behind the last value of a block, one symbol can end many blocks.</summary>
    public static void AcFirst(ref JpegBits bits, JpegHuffmanTable ac, JpegScan scan, ref int endRun, Span<short> block)
    {
        if (endRun > 0)
        {
            endRun--;
            return;
        }
        for (var k = scan.FirstCoefficient; k <= scan.LastCoefficient; k++)
        {
            var symbol = bits.Symbol(ac);
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0)
            {
                if (run != LongestRun)
                {
                    endRun = EndRun(ref bits, run) - 1;
                    return;
                }
                k += LongestRun;
                continue;
            }
            k += run;
            if (k > scan.LastCoefficient)
                throw bits.Bad($"coefficient {k}", $"at most {scan.LastCoefficient} in this scan");
            block[JpegTransform.NaturalOrder[k]] = (short)(bits.Signed(size) << scan.LowBit);
        }
    }

    /// <summary>
    /// One more bit of a band: coefficients that are not 0 yet get a bit each as they are passed; a symbol says how many zeros stay zero up to the next one that becomes
    /// +-1 at this bit.
    /// </summary>
    public static void AcRefinement(ref JpegBits bits, JpegHuffmanTable ac, JpegScan scan, ref int endRun, Span<short> block)
    {
        var k = scan.FirstCoefficient;
        while (endRun == 0 && k <= scan.LastCoefficient)
        {
            var symbol = bits.Symbol(ac);
            var (run, size) = (symbol >> 4, symbol & 15);
            short fresh = 0;
            if (size == 1)
            {
                fresh = (short)(bits.Take(1) == 1 ? 1 << scan.LowBit : -1 << scan.LowBit);
            }
            else if (size != 0)
            {
                throw bits.Bad($"a value of {size} bits in a refinement", "1 bit");
            }
            else if (run != LongestRun)
            {
                endRun = EndRun(ref bits, run);
                break;
            }
            k = Refine(ref bits, scan, k, run, block);
            if (fresh != 0)
                block[JpegTransform.NaturalOrder[k <= scan.LastCoefficient ? k : throw bits.Bad($"coefficient {k}", $"at most {scan.LastCoefficient} in this scan")]] = fresh;
            k++;
        }
        if (endRun > 0)
        {
            Refine(ref bits, scan, k, JpegComponent.BlockSamples, block);
            endRun--;
        }
    }

    /// <summary>Passes <paramref name="zeros"/> zeros from <paramref name="k"/> on, refines what lies between, and returns the place of the zero that follows.</summary>
    private static int Refine(ref JpegBits bits, JpegScan scan, int k, int zeros, Span<short> block)
    {
        for (; k <= scan.LastCoefficient; k++)
        {
            ref var value = ref block[JpegTransform.NaturalOrder[k]];
            if (value == 0)
            {
                if (zeros-- == 0)
                    break;
            }
            else if (bits.Take(1) == 1 && (value & (1 << scan.LowBit)) == 0)
            {
                value += (short)(value > 0 ? 1 << scan.LowBit : -1 << scan.LowBit);
            }
        }
        return k;
    }

    /// <summary>2^run and as many more bits: the number of blocks, this one included, that end here.</summary>
    private static int EndRun(ref JpegBits bits, int run) => run == 0 ? 1 : (1 << run) + bits.Take(run);
}
