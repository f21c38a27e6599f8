using Temoto.Generation.Adapters;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Adapters;

public sealed class LoraConfigTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private LoraConfig Read(string json)
    {
        folder.Write(LoraConfig.FileName, json);
        var config = LoraConfig.Read(folder.Path);
        config.BeginMatching(1000);
        return config;
    }

    /// <summary>The first pattern counts that matches a whole name, or what stands behind a dot of it.</summary>
    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj", 16, 8 / 16.0)]
    [InlineData("model.layers.0.self_attn.v_proj", 4, 32 / 4.0)]
    [InlineData("model.layers.1.mlp.down_proj", 2, 8 / 2.0)]
    [InlineData("model.layers.11.mlp.down_proj", 4, 8 / 4.0)]
    [InlineData("model.layers.1.mlp.up_down_proj", 4, 8 / 4.0)]
    [InlineData("q_proj", 16, 8 / 16.0)]
    public void PatternsGiveModulesTheirRankAndScale(string module, int rank, double scale)
    {
        const string json = """{"peft_type":"LORA","r":4,"lora_alpha":8,"rank_pattern":{"q_proj":16,"layers.1.mlp.down_proj":2,"down_proj$|model\\.x":4},"alpha_pattern":{".*\\.v_proj":32,"v_proj":64}}""";
        var config = Read(json);
        Assert.Equal((rank, (float)scale), (config.RankOf(module), config.ScaleOf(module)));
        Assert.Equal((float)(scale * Math.Sqrt(rank)), Read(json.Replace("{\"peft", "{\"use_rslora\":true,\"peft", StringComparison.Ordinal)).ScaleOf(module));
    }

    [Theory]
    [InlineData("""{"peft_type":"IA3"}""", "peft_type: found \"IA3\"; expected \"LORA\"; merge it into its base model with peft")]
    [InlineData("""{"r":4}""", "peft_type: found nothing")]
    [InlineData("""{"peft_type":"LORA","lora_alpha":8}""", "r: found nothing; expected a whole number from 1")]
    [InlineData("""{"peft_type":"LORA","r":0,"lora_alpha":8}""", "r: found 0")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":"8"}""", "lora_alpha: found \"8\"")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":NaN}""", "lora_alpha: found NaN")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"rank_pattern":{"q":0}}""", "rank_pattern.q: found 0")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"alpha_pattern":{"(q":1}}""", "alpha_pattern.(q: found ")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"layer_replication":[[0,2],[1,3]]}""", "layer_replication: found a JSON Array; expected none")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"use_qalora":true}""", "use_qalora: found true")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"trainable_token_indices":{"embed_tokens":[1]}}""", "trainable_token_indices: found a JSON Object")]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"init_lora_weights":"pissa_niter_4"}""", "init_lora_weights: found \"pissa_niter_4\"; expected true, false, gaussian or eva or orthogonal")]
    [InlineData("[]", "found a JSON Array")]
    public void WhatCannotBeMergedIsNamed(string json, string expected) =>
        Assert.StartsWith($"{Path.Combine(folder.Path, LoraConfig.FileName)}: {expected}", Assert.Throws<InputException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"peft_type":"LORA","r":4,"lora_alpha":8,"init_lora_weights":"gaussian","use_bdlora":null,"arrow_config":null,"target_parameters":[],"trainable_token_indices":{},"unknown":1}""")]
    [InlineData("""{"peft_type":"LORA","r":4.0,"lora_alpha":8e0,"init_lora_weights":false,"rank_pattern":null}""")]
    public void WhatChangesNothingIsPassedOver(string json) => Assert.Equal(2, Read(json).ScaleOf("x"));

    /// <summary>Patterns come from the file: those that try exponentially many ways end in one line.</summary>
    [Fact]
    public void PatternsHaveABudget()
    {
        var config = Read("""{"peft_type":"LORA","r":4,"lora_alpha":8,"rank_pattern":{"(a+a+)+b":2}}""");
        Assert.Contains("try too many ways", Assert.Throws<InputException>(() => config.RankOf(new string('a', 200))).Message, StringComparison.Ordinal);
    }
}
