namespace Temoto.Kernels.Floats;

internal unsafe partial class ScalarKernelSet
{
    public override void LayerNorm(float* x, float* weight, float* bias, float epsilon, float* y, int width)
    {
        var sum = 0f;
        for (var i = 0; i < width; i++)
            sum += x[i];
        var mean = sum / width;
        var squares = 0f;
        for (var i = 0; i < width; i++)
            squares += (x[i] - mean) * (x[i] - mean);
        var scale = 1 / MathF.Sqrt(squares / width + epsilon);
        for (var i = 0; i < width; i++)
            y[i] = (x[i] - mean) * scale * (weight is null ? 1 : weight[i]) + (bias is null ? 0 : bias[i]);
    }
}
