using Temoto.Formats.Config;

namespace Temoto.Generation.Execution;

/// <summary>Cosines and sines of the rotary embedding for any position; the angles are those of <see cref="ModelConfig.RopeFrequency"/>.</summary>
internal sealed class RotaryFrequencies
{
    private readonly double[] radiansPerPosition;

    public RotaryFrequencies(ModelConfig config)
    {
        radiansPerPosition = new double[config.HeadDim / 2];
        for (var i = 0; i < radiansPerPosition.Length; i++)
            radiansPerPosition[i] = config.RopeFrequency(i);
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
}
