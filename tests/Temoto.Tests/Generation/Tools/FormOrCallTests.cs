using System.Text;
using Temoto.Generation.Tools;
using Temoto.Grammars;

namespace Temoto.Tests.Generation.Tools;

public class FormOrCallTests
{
    /// <summary>A special token, which no text spells, and one that holds the end of a mark and more.</summary>
    private const int Special = 256, Longer = 257;

    private static readonly TokenVocabulary Vocabulary = new([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), null, ">x"u8.ToArray()], []);

    [Theory]
    [InlineData("[7]", "")]
    [InlineData("<call>", "whatever follows")]
    [InlineData("{\"a\": (", "1")]
    [InlineData("\n<call>", "}")]
    public void AnAnswerIsOfTheFormOrBeginsWithACall(string begin, string free)
    {
        var form = New();
        foreach (var value in Encoding.UTF8.GetBytes(begin))
        {
            Assert.False(form.IsFree);
            Assert.True(Allows(form, value), $"'{(char)value}' of {begin}");
            Assert.False(Allows(form, 'x'));
            form.Accept(value);
        }
        Assert.Equal((free.Length > 0, free.Length == 0), (form.IsFree, form.IsOver));
        foreach (var value in Encoding.UTF8.GetBytes(free))
            form.Accept(value);
        Assert.Equal(free.Length == 0, form.IsOver);
    }

    [Fact]
    public void WhatHasBegunAsOneStaysIt()
    {
        var form = New();
        form.Accept('[');
        Assert.False(Allows(form, '<'));
        Assert.False(Allows(form, Special));
        var call = New();
        call.Accept('<');
        Assert.False(Allows(call, '['));
        Assert.False(Allows(call, Special));
        Assert.True(Allows(call, 'c'));
    }

    [Fact]
    public void ASpecialTokenBeginsACall()
    {
        var form = New();
        Assert.True(Allows(form, Special));
        form.Accept(Special);
        Assert.True(form.IsFree);
        Assert.False(form.IsOver);
    }

    [Fact]
    public void ATokenMayHoldMoreThanTheEndOfAMark()
    {
        var form = New();
        foreach (var value in "<call"u8)
            form.Accept(value);
        Assert.True(Allows(form, Longer));
        form.Accept(Longer);
        Assert.True(form.IsFree);
    }

    [Fact]
    public void WithoutToolsThereIsTheFormAlone()
    {
        var form = new FormOrCall(Grammar.FromChoices(Vocabulary, ["[7]"]).NewMatcher());
        Assert.True(Allows(form, '['));
        Assert.False(Allows(form, '<'));
        Assert.False(Allows(form, Special));
    }

    private static FormOrCall New() => new(Grammar.FromChoices(Vocabulary, ["[7]"]).NewMatcher())
    {
        Opening = FormOrCall.Begins(["<call>", "{\"a\": ("]).Compile(Vocabulary).NewMatcher(),
        OpeningTokens = new HashSet<int> { Special },
    };

    private static bool Allows(FormOrCall form, int token)
    {
        var mask = new ulong[form.MaskWords];
        form.ComputeMask(mask);
        return (mask[token >> 6] >> token & 1) != 0;
    }
}
