using System.Globalization;
using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public class LineEditorTests
{
    /// <summary>An editor with the cursor where the text has a bar.</summary>
    private static LineEditor At(string textWithBar)
    {
        var editor = new LineEditor();
        var bar = textWithBar.IndexOf('|');
        editor.Insert(textWithBar[(bar + 1)..]);
        while (editor.Cursor > 0)
            editor.MoveLeft();
        editor.Insert(textWithBar[..bar]);
        return editor;
    }

    private static string Show(LineEditor editor) => editor.Text.Insert(editor.Cursor, "|");

    private static readonly Dictionary<string, Action<LineEditor>> Moves = new()
    {
        ["left"] = editor => editor.MoveLeft(),
        ["right"] = editor => editor.MoveRight(),
        ["home"] = editor => editor.MoveHome(),
        ["end"] = editor => editor.MoveEnd(),
        ["word left"] = editor => editor.MoveWordLeft(),
        ["word right"] = editor => editor.MoveWordRight(),
        ["up"] = editor => editor.MoveUp(),
        ["down"] = editor => editor.MoveDown(),
        ["delete left"] = editor => editor.DeleteLeft(),
        ["delete right"] = editor => editor.DeleteRight(),
        ["kill to end"] = editor => editor.KillToEnd(),
        ["kill to start"] = editor => editor.KillToStart(),
        ["kill to space"] = editor => editor.KillToSpace(),
        ["kill word left"] = editor => editor.KillWordLeft(),
        ["kill word right"] = editor => editor.KillWordRight(),
    };

    [Theory]
    [InlineData("ab|c", "left", "a|bc")]
    [InlineData("|abc", "left", "|abc")]
    [InlineData("abc|", "right", "abc|")]
    [InlineData("日本|語", "left", "日|本語")]
    [InlineData("x👍|", "left", "x|👍")]
    [InlineData("|👍🏽y", "right", "👍🏽|y")]
    [InlineData("e\u0301|x", "left", "|e\u0301x")]
    [InlineData("か\u3099|", "delete left", "|")]
    [InlineData("|𠀀b", "delete right", "|b")]
    [InlineData("|", "delete left", "|")]
    [InlineData("|", "delete right", "|")]
    [InlineData("one two|", "word left", "one |two")]
    [InlineData("one |two", "word left", "|one two")]
    [InlineData("  |", "word left", "|  ")]
    [InlineData("one| two", "word right", "one two|")]
    [InlineData("ポンプ、バルブ|", "word left", "ポンプ、|バルブ")]
    [InlineData("a\nbc|d", "home", "a\n|bcd")]
    [InlineData("a|b\ncd", "end", "ab|\ncd")]
    [InlineData("abc\nde|f", "up", "ab|c\ndef")]
    [InlineData("a\nbcd|", "up", "a|\nbcd")]
    [InlineData("abc|\nd", "down", "abc\nd|")]
    [InlineData("ab|c", "up", "ab|c")]
    [InlineData("ab|c", "down", "ab|c")]
    [InlineData("x👍\nab|c", "up", "x|👍\nabc")]
    [InlineData("ab|c\nd", "kill to end", "ab|\nd")]
    [InlineData("ab|\nd", "kill to end", "ab|d")]
    [InlineData("x\nab|c", "kill to start", "x\n|c")]
    [InlineData("a b-c|", "kill to space", "a |")]
    [InlineData("a b-c|", "kill word left", "a b-|")]
    [InlineData("a |b-c", "kill word right", "a |-c")]
    [InlineData("a\n|b", "delete left", "a|b")]
    [InlineData("a|\nb", "delete right", "a|b")]
    public void OperationsMoveAndRemoveWholeElements(string before, string operation, string after)
    {
        var editor = At(before);
        Moves[operation](editor);
        Assert.Equal(after, Show(editor));
    }

    [Fact]
    public void WhatWasKilledComesBack()
    {
        var editor = At("one two|");
        editor.KillToSpace();
        editor.MoveHome();
        editor.Yank();
        Assert.Equal("two|one ", Show(editor));
    }

    [Fact]
    public void ASurrogatePairMayComeInTwoParts()
    {
        var editor = At("a|b");
        editor.Insert("\ud83d");
        editor.Insert("\ude00");
        Assert.Equal("a😀|b", Show(editor));
        editor.MoveLeft();
        Assert.Equal("a|😀b", Show(editor));
    }

    [Fact]
    public void AnySequenceOfOperationsKeepsTheCursorBetweenElements()
    {
        string[] pieces = ["a", "漢", "😀", "か\u3099", "\n", " ", "👨\u200D👩\u200D👧", "-"];
        var random = new Random(4);
        var editor = new LineEditor();
        var operations = Moves.Values.ToArray();
        for (var i = 0; i < 4000; i++)
        {
            if (random.Next(2) == 0)
                editor.Insert(pieces[random.Next(pieces.Length)]);
            else
                operations[random.Next(operations.Length)](editor);
            // A part in front of a mark would join it: then the border is no longer one, as in any editor.
            Assert.Contains(editor.Cursor, StringInfo.ParseCombiningCharacters(editor.Text).Append(editor.Text.Length));
        }
    }
}
