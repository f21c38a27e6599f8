namespace Temoto.Kernels.Floats;

internal sealed unsafe partial class PreciseKernelSet
{
    public override void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int width)
    {
        double sum = 0;
        for (var i = 0; i < width; i++)
            sum += x[i];
        var mean = sum / width;
        double squares = 0;
        for (var i = 0; i < width; i++)
            squares += (x[i] - mean) * (x[i] - mean);
        var scale = 1 / Math.Sqrt(squares / width + epsilon);
        for (var i = 0; i < width; i++)
            y[i] = (float)((x[i] - mean) * scale * (weight is null ? 1 : weight[i]) + (bias is null ? 0 : bias[i]));
    }
}
