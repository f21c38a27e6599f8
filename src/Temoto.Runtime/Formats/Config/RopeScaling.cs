namespace Temoto.Formats.Config;

/// <summary>config.json's <c>rope_scaling</c> (called <c>rope_parameters</c> in newer files).</summary>
/// <param name="RopeType"><c>linear</c> or <c>llama3</c>; anything else is refused when the file is read.</param>
internal sealed record RopeScaling(string RopeType, double Factor, double LowFreqFactor, double HighFreqFactor, int OriginalMaxPositionEmbeddings)
{
    /// <summary>
    /// linear: all frequencies divided by the factor. llama3: long wavelengths divided, short ones kept, a ramp between, as the Llama 3.1
    /// checkpoints' config.json describes by low_freq_factor, high_freq_factor and original_max_position_embeddings.
    /// </summary>
    public double Apply(double frequency)
    {
        if (RopeType == "linear")
            return frequency / Factor;
        var rotations = OriginalMaxPositionEmbeddings * frequency / (2 * Math.PI);
        if (rotations > HighFreqFactor)
            return frequency;
        if (rotations < LowFreqFactor)
            return frequency / Factor;
        var share = (rotations - LowFreqFactor) / (HighFreqFactor - LowFreqFactor);
        return (1 - share) * frequency / Factor + share * frequency;
    }
}
