using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class ScratchPoolTests
{
    [Fact]
    public void WhatComesBackIsClearedAndUsedAgain()
    {
        var pool = new ScratchPool<Scratch>();
        var first = pool.Rent();
        var second = pool.Rent();
        Assert.NotSame(first, second);
        pool.Return(first);
        Assert.Equal(1, first.Clears);
        Assert.Same(first, pool.Rent());
    }

    private sealed class Scratch : IScratch
    {
        public int Clears { get; private set; }

        public void Clear() => Clears++;
    }
}
