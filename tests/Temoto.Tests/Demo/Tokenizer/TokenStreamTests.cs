using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Tokenizer;

namespace Temoto.Tests.Demo.Tokenizer;

public sealed class TokenStreamTests
{
    private static readonly BytePairEncoder Encoder = new(TokenizerFiles.Read(Path.Combine(RepositoryPaths.Root, "models", "demo", "tokenizer.json")));

    /// <summary>The shared beginning with each branch behind it is the conversation as it is encoded alone.</summary>
    [Fact]
    public void EachBranchIsItsConversation()
    {
        var random = new SeededRandom(31) { Wide = true };
        var several = 0;
        for (var index = 0; index < 300; index++)
        {
            var conversations = Conversation.MakeForTraining(random);
            var alone = conversations.Select(conversation => TokenStream.Encode(Encoder, conversation)).ToArray();
            var stream = TokenStream.EncodeBranches(Encoder, conversations);
            var starts = stream.Index().Where(token => (token.Item & TokenStream.BranchBit) != 0).Select(token => token.Index).ToArray();
            if (conversations.Length == 1)
            {
                Assert.Empty(starts);
                Assert.Equal(alone[0], stream);
                continue;
            }
            several++;
            Assert.Equal(conversations.Length, starts.Length);
            Assert.InRange(starts[0], 5, alone.Min(tokens => tokens.Count) - 1);
            foreach (var (branch, start) in starts.Index())
            {
                var end = branch + 1 < starts.Length ? starts[branch + 1] : stream.Count;
                Assert.Equal(alone[branch], [.. stream.Take(starts[0]), .. stream[start..end].Select(token => (ushort)(token & ~TokenStream.BranchBit))]);
            }
        }
        Assert.InRange(several, 30, 100);
    }

    /// <summary>Bits that mark tokens are none of an id's.</summary>
    [Fact]
    public void IdsLeaveRoomForTheBits() => Assert.True(Encoder.SpecialId(SpecialTokens.Start) < TokenStream.BranchBit);
}
