using System.Text;
using System.Text.Json.Nodes;
using Temoto.Formats.Checkpoints;

namespace Temoto.Tests.Models;

public class HunYuanTests
{
    /// <summary>As the published Instruct models say it. The theta is worked out in llama.cpp's converter: 10000 * 1000^(128 / 126).</summary>
    [Theory]
    [InlineData("rope_scaling")]
    [InlineData("rope_parameters")]
    public void AlphaScalesThetaOnce(string key)
    {
        var config = HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(Config(key, """{ "type": "dynamic", "alpha": 1000.0, "beta_fast": 32, "beta_slow": 1, "factor": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0 }""")), "config.json");
        Assert.Equal(11158839.9251, config.RopeTheta, 1e-3);
        Assert.Null(config.RopeScaling);
        Assert.Equal(32768, config.MaxPositionEmbeddings);
    }

    [Fact]
    public void WithoutAlphaTheScalingIsDynamic()
    {
        var config = HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(Config("rope_scaling", """{ "type": "dynamic", "factor": 2.0 }""")), "config.json");
        Assert.Equal(10000, config.RopeTheta);
        Assert.Equal("dynamic", config.RopeScaling!.RopeType);
    }

    private static string Config(string key, string rope) => new JsonObject
    {
        ["model_type"] = "hunyuan_v1_dense",
        ["hidden_size"] = 256,
        ["intermediate_size"] = 512,
        ["num_hidden_layers"] = 1,
        ["num_attention_heads"] = 2,
        ["num_key_value_heads"] = 1,
        ["head_dim"] = 128,
        ["vocab_size"] = 320,
        ["max_position_embeddings"] = 32768,
        ["rope_theta"] = 10000.0,
        [key] = JsonNode.Parse(rope),
    }.ToJsonString();
}
