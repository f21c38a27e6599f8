using System.Text;
using Temoto.Formats.Json;

namespace Temoto.Tests.Formats.Json;

public class PythonNumbersTests
{
    [Theory]
    [InlineData("{\"a\":NaN}", "{\"a\":9e9999999}", 1)]
    [InlineData("[Infinity,-Infinity , NaN\n]", "[8e9999999,-8e9999999 , 9e9999999\n]", 3)]
    [InlineData("{\"a\": \t\r\nNaN\t}", "{\"a\": \t\r\n9e9999999\t}", 1)]
    [InlineData("{\"NaN\":\"a:NaN,\",\"b\\\":NaN\":[NaN]}", "{\"NaN\":\"a:NaN,\",\"b\\\":NaN\":[9e9999999]}", 1)]
    public void WordsBecomeNumbersOutsideOfStrings(string json, string expected, int count)
    {
        var replaced = PythonNumbers.Replace(Encoding.UTF8.GetBytes(json))!.Value;
        Assert.Equal((expected, count), (Encoding.UTF8.GetString(replaced.Text), replaced.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("{NaN:1}")]
    [InlineData("[1NaN]")]
    [InlineData("[NaN1]")]
    [InlineData("[nan,-NaN,+Infinity,Inf,-1]")]
    [InlineData("\"a:NaN,")]
    [InlineData("\"a\\")]
    [InlineData("[\"Infinity\"]")]
    public void NothingElseIsTouched(string json) => Assert.Null(PythonNumbers.Replace(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void TooManyAreNotBelieved()
    {
        Assert.Equal(4096, PythonNumbers.Replace(Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("NaN", 4096))}]"))!.Value.Count);
        Assert.Null(PythonNumbers.Replace(Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("NaN", 4097))}]")));
    }
}
