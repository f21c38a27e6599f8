using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Models;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

public class AwqMacroLayoutTests
{
    /// <summary>The published model's stream: offsets and sizes of arXiv 2504.17376 and its packed-model metadata.</summary>
    [Fact]
    public void Qwen25HasThePublishedOffsets()
    {
        var parts = AwqMacroLayout.Of("shape", ModelShapes.Get("qwen2.5-0.5b"));
        (string Name, long Groups, long Tiles, long Bytes, long BiasBytes)[] layer =
        [
            ("self_attn.q_proj", 14, 112, 451_584, 1792), ("self_attn.k_proj", 14, 16, 64_512, 256), ("self_attn.v_proj", 14, 16, 64_512, 256), ("self_attn.o_proj", 14, 112, 451_584, 0),
            ("mlp.gate_proj", 14, 608, 2_451_456, 0), ("mlp.up_proj", 14, 608, 2_451_456, 0), ("mlp.down_proj", 76, 112, 2_451_456, 0),
        ];
        foreach (var number in new[] { 0, 23 })
        {
            var offset = 8_392_448L * number;
            foreach (var (name, groups, tiles, bytes, biasBytes) in layer)
            {
                var part = parts.Single(part => part.Name == $"model.layers.{number}.{name}.weight");
                Assert.Equal((true, groups, tiles, offset, bytes), (part.IsMacros, part.Groups, part.Tiles, part.OffsetBytes, part.ByteLength));
                offset += bytes;
                var bias = parts.SingleOrDefault(part => part.Name == $"model.layers.{number}.{name}.bias");
                Assert.Equal(biasBytes, bias?.ByteLength ?? 0);
                Assert.True(bias is null || bias.OffsetBytes == offset);
                offset += biasBytes;
            }
            foreach (var name in new[] { "input_layernorm", "post_attention_layernorm" })
            {
                var norm = parts.Single(part => part.Name == $"model.layers.{number}.{name}.weight");
                Assert.Equal((false, offset, 1792L), (norm.IsMacros, norm.OffsetBytes, norm.ByteLength));
                offset += 1792;
            }
            Assert.Equal(8_392_448L * (number + 1), offset);
        }
        Assert.Equal(("model.norm.weight", 201_418_752L, 1792L), (parts[^2].Name, parts[^2].OffsetBytes, parts[^2].ByteLength));
        Assert.Equal(("model.embed_tokens.weight", 201_420_544L, 272_269_312L), (parts[^1].Name, parts[^1].OffsetBytes, parts[^1].ByteLength));
        Assert.Equal(473_689_856, parts[^1].OffsetBytes + parts[^1].ByteLength);
        Assert.Equal(698_880, parts.Where(part => part.IsMacros).Sum(part => part.Groups * part.Tiles));
    }

    [Fact]
    public void EveryTensorOfEveryShapeHasItsPlace()
    {
        foreach (var (name, shape) in ModelShapes.All.Where(item => ModelTypes.Of(item.Config).HasMacroStream))
        {
            // 160 inputs of the tiny shapes' down_proj are no whole number of macros.
            var config = shape with { IntermediateSize = (shape.IntermediateSize + 63) / 64 * 64 };
            foreach (var variant in new[] { config, config with { TieWordEmbeddings = false, AttentionBias = true } })
            {
                var parts = AwqMacroLayout.Of(name, variant);
                Assert.Equal(Architecture.Build(variant, name).Weights.Select(tensor => tensor.Name).Order(), parts.Select(part => part.Name).Order());
                Assert.Equal(AwqMacroLayout.Count(variant), parts.Count);
                Assert.Equal(0, parts[0].OffsetBytes);
                foreach (var (before, after) in parts.Zip(parts.Skip(1)))
                    Assert.Equal(before.OffsetBytes + before.ByteLength, after.OffsetBytes);
            }
        }
    }
}
