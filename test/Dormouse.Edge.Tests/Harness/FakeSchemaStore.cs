using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>Schemas in memory; outlives an edge, as the control store does.</summary>
internal sealed class FakeSchemaStore : ISchemaStore
{
    private readonly ConcurrentDictionary<(DatabaseId, SchemaHash), byte[]> schemas = new();
    private int finds;
    private int touches;

    /// <summary>When set, what the next calls fail with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>When set, a look-up waits for it.</summary>
    public TaskCompletionSource? Slow { get; set; }

    public int Count => schemas.Count;

    public int Finds => Volatile.Read(ref finds);

    public int Touches => Volatile.Read(ref touches);

    public void Clear() => schemas.Clear();

    /// <summary>When set, keeping waits for it.</summary>
    public TaskCompletionSource? SlowKeep { get; set; }

    public async Task<byte[]?> FindAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref finds);
        if (Slow is { } slow)
        {
            await slow.Task;
        }
        ThrowIfFailing();
        return schemas.GetValueOrDefault((database, hash));
    }

    public async Task KeepAsync(DatabaseId database, SchemaHash hash, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        if (SlowKeep is { } slow)
        {
            await slow.Task;
        }
        ThrowIfFailing();
        schemas[(database, hash)] = text.ToArray();
    }

    public Task TouchAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref touches);
        return Task.CompletedTask;
    }

    private void ThrowIfFailing()
    {
        if (Failure is { } failure)
        {
            throw failure;
        }
    }
}
