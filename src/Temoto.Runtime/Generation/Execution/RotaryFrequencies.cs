using Temoto.Formats;

namespace Temoto.Generation.Execution;

/// <summary>
/// Angles per position of the rotary embedding: theta_i = RopeTheta^(-2i/HeadDim), i = 0 .. HeadDim/2-1, after the checkpoint's rope scaling.
/// </summary>
internal sealed class RotaryFrequencies
{
    private readonly double[] radiansPerPosition;

    public RotaryFrequencies(ModelConfig config)
    {
        radiansPerPosition = new double[config.HeadDim / 2];
        for (var i = 0; i < radiansPerPosition.Length; i++)
            radiansPerPosition[i] = Scale(Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim), config.RopeScaling) / (config.RopeFrequencyFactors?[i] ?? 1);
    }

    public int HalfHeadDim => radiansPerPosition.Length;

    /// <summary>Cosines and sines of one position, [HeadDim/2] each.</summary>
    public unsafe void Fill(int position, float* cosines, float* sines)
    {
        for (var i = 0; i < radiansPerPosition.Length; i++)
        {
            var (sin, cos) = Math.SinCos(position * radiansPerPosition[i]);
            cosines[i] = (float)cos;
            sines[i] = (float)sin;
        }
    }

    /// <summary>
    /// linear: all frequencies divided by the factor. llama3: long wavelengths divided, short ones kept, a ramp between, as the Llama 3.1
    /// checkpoints' config.json describes by low_freq_factor, high_freq_factor and original_max_position_embeddings.
    /// </summary>
    private static double Scale(double frequency, RopeScaling? scaling)
    {
        if (scaling is null)
            return frequency;
        if (scaling.RopeType == "linear")
            return frequency / scaling.Factor;
        var wavelength = 2 * Math.PI / frequency;
        var rotations = scaling.OriginalMaxPositionEmbeddings / wavelength;
        if (rotations > scaling.HighFreqFactor)
            return frequency;
        if (rotations < scaling.LowFreqFactor)
            return frequency / scaling.Factor;
        var share = (rotations - scaling.LowFreqFactor) / (scaling.HighFreqFactor - scaling.LowFreqFactor);
        return (1 - share) * frequency / scaling.Factor + share * frequency;
    }
}
