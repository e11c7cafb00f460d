using System.Text;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>A query whose database is the test.</summary>
internal sealed class FakeQuery(Func<CancellationToken, ValueTask<string>> ask) : IOriginQuery
{
    private int disposals;

    public int Disposals => Volatile.Read(ref disposals);

    public bool IsResult { get; init; } = true;

    public bool MayBeCached { get; init; } = true;

    public Exception? Unreadable { get; init; }

    public QueryShape Shape => new(1, "findMany Test");

    public ValueTask PrepareAsync(CancellationToken cancellationToken) =>
        Unreadable is { } failure ? ValueTask.FromException(failure) : ValueTask.CompletedTask;

    public async ValueTask<bool> WriteAnswerAsync(PooledBuffer answer, CancellationToken cancellationToken)
    {
        string text = await ask(cancellationToken);
        answer.Advance(Encoding.UTF8.GetBytes(text, answer.GetSpan(text.Length * 4)));
        return IsResult;
    }

    public void Dispose() => Interlocked.Increment(ref disposals);
}
