using System.Text;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public class PreprocessorSettingsTests
{
    private static PreprocessorSettings Parse(string json) => PreprocessorSettings.Parse(Encoding.UTF8.GetBytes(json), "preprocessor_config.json");

    [Fact]
    public void ViTsPublishedFileReads()
    {
        var settings = Parse("""{"do_normalize": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "size": 224}""");
        Assert.Equal(((224, 224), ResampleFilter.Bilinear), (settings.Size!.Value, settings.Resample));
        Assert.Null(settings.CropSize);
        Assert.True(settings.DoRescale);
    }

    [Fact]
    public void DeiTsPublishedFileReads()
    {
        var settings = Parse("""{"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true, "feature_extractor_type": "DeiTFeatureExtractor", "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": 256}""");
        Assert.Equal(((256, 256), (224, 224), ResampleFilter.Bicubic), (settings.Size!.Value, settings.CropSize!.Value, settings.Resample));
        Assert.Equal([0.485f, 0.456f, 0.406f], settings.ImageMean);
    }

    /// <summary>Old files of CLIP say one number, which is the shorter side; new ones that of DINOv2 and the two sides of SigLIP.</summary>
    [Fact]
    public void ClipsDinosAndSiglipsPublishedFilesRead()
    {
        var clip = Parse("""{"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true, "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224}""");
        Assert.Equal((null, 224, (224, 224), ResampleFilter.Bicubic), (clip.Size, clip.ShortestEdge!.Value, clip.CropSize!.Value, clip.Resample));
        var dino = Parse("""{"crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_convert_rgb": true, "image_mean": [0.485, 0.456, 0.406], "image_processor_type": "BitImageProcessor", "image_std": [0.229, 0.224, 0.225], "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 256}}""");
        Assert.Equal((null, 256, (224, 224), ResampleFilter.Bicubic), (dino.Size, dino.ShortestEdge!.Value, dino.CropSize!.Value, dino.Resample));
        var siglip = Parse("""{"image_mean": [0.5, 0.5, 0.5], "image_processor_type": "SiglipImageProcessor", "image_std": [0.5, 0.5, 0.5], "processor_class": "SiglipProcessor", "resample": 3, "size": {"height": 384, "width": 384}}""");
        Assert.Equal(((384, 384), null, null, ResampleFilter.Bicubic), (siglip.Size!.Value, siglip.ShortestEdge, siglip.CropSize, siglip.Resample));
    }

    [Theory]
    [InlineData("CLIPImageProcessor", 224, 0.48145466f)]
    [InlineData("CLIPImageProcessorFast", 224, 0.48145466f)]
    [InlineData("BitImageProcessor", 224, 0.48145466f)]
    [InlineData("SiglipImageProcessorFast", null, 0.5f)]
    public void MissingKeysOfTowersAreThoseOfTheProcessor(string name, int? edge, float red)
    {
        var settings = Parse($$"""{"image_processor_type": "{{name}}"}""");
        Assert.Equal((edge, edge is null ? null : (224, 224), edge is null ? (224, 224) : null), (settings.ShortestEdge, settings.CropSize, settings.Size));
        Assert.Equal((ResampleFilter.Bicubic, red), (settings.Resample, settings.ImageMean[0]));
        Assert.Null(Parse($$"""{"image_processor_type": "{{name}}", "do_center_crop": false}""").CropSize);
    }

    [Fact]
    public void MissingKeysAreThoseOfTheProcessor()
    {
        var settings = Parse("""{"image_processor_type": "DeiTImageProcessor"}""");
        Assert.Equal(((256, 256), (224, 224), ResampleFilter.Bicubic), (settings.Size!.Value, settings.CropSize!.Value, settings.Resample));
        var (plain, read) = (new PreprocessorSettings(), Parse("{}"));
        Assert.Equal(plain.ImageMean, read.ImageMean);
        Assert.Equal(plain.ImageStd, read.ImageStd);
        Assert.Equal(plain, read with { ImageMean = plain.ImageMean, ImageStd = plain.ImageStd });
    }

    [Theory]
    [InlineData("""{"size": {"shortest_edge": 100}}""")]
    [InlineData("""{"size": 100, "default_to_square": false}""")]
    public void TheShortestEdgeCanBeGiven(string json)
    {
        Assert.Equal(100, Parse(json).ShortestEdge);
        Assert.Null(Parse(json).Size);
    }

    [Theory]
    [InlineData("""{"crop_pct": 0.9}""", "crop_pct")]
    [InlineData("""{"do_pad": true}""", "do_pad")]
    [InlineData("""{"image_processor_type": "BlipImageProcessor"}""", "BlipImageProcessor")]
    [InlineData("""{"resample": 1}""", "resample")]
    [InlineData("""{"resample": "bicubic"}""", "resample")]
    [InlineData("""{"size": 0}""", "size")]
    [InlineData("""{"size": 1e9}""", "size")]
    [InlineData("""{"size": {"height": 3}}""", "size")]
    [InlineData("""{"size": {"height": 3, "width": 4, "shortest_edge": 3}}""", "size")]
    [InlineData("""{"size": {"longest_edge": 3}}""", "size")]
    [InlineData("""{"crop_size": {"shortest_edge": 3}}""", "crop_size")]
    [InlineData("""{"do_center_crop": true}""", "crop_size")]
    [InlineData("""{"image_mean": [0.5]}""", "image_mean")]
    [InlineData("""{"image_mean": 0.5}""", "image_mean")]
    [InlineData("""{"image_std": [0.5, 0, 0.5]}""", "image_std")]
    [InlineData("""{"image_std": [0.5, "a", 0.5]}""", "image_std")]
    [InlineData("""{"rescale_factor": 0}""", "rescale_factor")]
    [InlineData("""{"data_format": "channels_last"}""", "data_format")]
    [InlineData("""{"do_resize": 1}""", "do_resize")]
    [InlineData("""{"size": 3, "size": 4}""", "size")]
    [InlineData("""[]""", "Array")]
    public void RefusesWithALine(string json, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"crop_pct": null, "do_pad": false, "do_convert_rgb": true, "data_format": "channels_first"}""")]
    public void WhatChangesNothingIsIgnored(string json) => Assert.Equal(224, Parse(json).Size!.Value.Height);
}
