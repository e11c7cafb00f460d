using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Tests.Limits;

public sealed class PooledBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_071)]
    [InlineData(3_072)]
    [InlineData(3_073)]
    [InlineData(100_000)]
    public void Base64_gives_place_to_what_it_stands_for(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        string encoded = Convert.ToBase64String(content);

        Assert.Equal(content, Decoded(encoded));
        Assert.Equal(content, Decoded(string.Join('\n', encoded.Chunk(76).Select(line => new string(line)))));
    }

    [Theory]
    [InlineData("AAA")]
    [InlineData("A?AA")]
    [InlineData("AA==AAAA")]
    public void What_is_no_base64_is_not_decoded(string text)
    {
        Assert.Null(Decoded(text));
        Assert.Null(Decoded(text + new string('A', 8 * 1024)));
        Assert.Null(Decoded(new string('A', 8 * 1024) + text));
    }

    private static byte[]? Decoded(string base64)
    {
        using var buffer = new PooledBuffer(1_000_000, EdgeFailures.AnswerTooLarge, new BufferBudget(10_000_000));
        buffer.Write(Encoding.ASCII.GetBytes(base64));
        using PooledBuffer? decoded = buffer.DecodeBase64();
        return decoded?.WrittenSpan.ToArray();
    }

    [Fact]
    public void It_grows_with_what_is_written_and_gives_everything_back()
    {
        var budget = new BufferBudget(1_000_000);
        var buffer = new PooledBuffer(500_000, EdgeFailures.AnswerTooLarge, budget);
        byte[] written = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];

        foreach (byte[] part in written.Chunk(777))
        {
            part.CopyTo(buffer.GetSpan(part.Length));
            buffer.Advance(part.Length);
        }

        Assert.True(buffer.WrittenSpan.SequenceEqual(written));
        Assert.InRange(budget.UsedBytes, 100_000, 250_000);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public void It_refuses_what_is_above_its_bound()
    {
        var buffer = new PooledBuffer(10_000, EdgeFailures.AnswerTooLarge, new BufferBudget(1_000_000));

        buffer.GetSpan(10_000);
        buffer.Advance(10_000);
        buffer.GetSpan(1);

        Assert.Equal(FailureKind.Quota, Assert.Throws<DormouseException>(() => buffer.Advance(1)).Kind);
        Assert.Throws<DormouseException>(() => buffer.GetMemory(1_000_000));
        buffer.Dispose();
    }

    [Fact]
    public void It_refuses_what_the_budget_cannot_pay()
    {
        var budget = new BufferBudget(50_000);
        using var buffer = new PooledBuffer(1_000_000, EdgeFailures.AnswerTooLarge, budget);

        DormouseException refused = Assert.Throws<DormouseException>(() => buffer.GetSpan(60_000));

        Assert.Equal(FailureKind.RateLimited, refused.Kind);
        Assert.Equal(0, budget.UsedBytes);
    }
}
