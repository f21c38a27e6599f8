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
