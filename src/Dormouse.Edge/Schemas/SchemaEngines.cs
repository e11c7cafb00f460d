using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Unicode;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Schema;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Schemas;

/// <summary>
/// From a database and the hash of its schema to a query engine. Engines stay in memory within bounds, the least lately used go first;
/// what is not here comes from the store; what is not there the client uploads. Thread-safe.
/// <code>
/// in memory ─ no ─▶ in the store ─ no ─▶ "missing", and the client uploads ─▶ read, kept in both
///     │ yes              │ yes, read once for all who wait
///     ▼                  ▼
///   engine             engine
/// </code>
/// </summary>
internal sealed partial class SchemaEngines(
    ISchemaStore store,
    OperationCache operations,
    QueryLimits limits,
    EdgeOptions edge,
    TimeProvider time,
    ILogger<SchemaEngines> logger
) : IAsyncDisposable
{
    /// <summary>Measured on schemas of 10 to 1,000 models: four to five times its text, and some of what queries make of it.</summary>
    private const int BytesPerTextByte = 6;

    private const int EngineBytes = 8 * 1024;

    /// <summary>Calls of the store that nobody waits for. It has a few connections only; more would merely queue there.</summary>
    private const int ErrandsMax = 64;

    private readonly SchemaOptions options = edge.Schemas;
    private readonly ConcurrentDictionary<SchemaHash, SchemaEngine> engines = new();

    // Lazy, because a dictionary may call its factory more than once.
    private readonly ConcurrentDictionary<(DatabaseId Database, SchemaHash Hash), Lazy<Task<SchemaEngine>>> loads = new();
    private readonly ConcurrentDictionary<SchemaHash, Lazy<Task<SchemaEngine>>> reads = new();
    private readonly SemaphoreSlim reading = new(edge.Schemas.ReadsAtOnce);
    private readonly Lock changing = new();
    private readonly HashSet<Task> errands = [];
    private readonly CancellationTokenSource stopping = new();
    private long usedBytes;

    public int Count => engines.Count;

    public long UsedBytes => Interlocked.Read(ref usedBytes);

    /// <summary>The engine of a database's schema. Synchronous when it is in memory.</summary>
    /// <exception cref="DormouseException"><see cref="SchemaFailures.Missing"/>, or the store is away.</exception>
    public ValueTask<QueryEngine> GetAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken)
    {
        if (engines.TryGetValue(hash, out SchemaEngine? known) && known.TryUse(database, out long touchedAt))
        {
            long now = time.GetTimestamp();
            known.UsedAt = now;
            if (time.GetElapsedTime(touchedAt, now) > options.TouchInterval && known.TryTakeTouch(database, touchedAt, now))
            {
                TryRunBeside(() => store.TouchAsync(database, hash, CancellationToken.None), database);
            }
            return new(known.Engine);
        }
        return LoadAsync(database, hash, cancellationToken);
    }

    /// <summary>Takes an uploaded schema.</summary>
    /// <param name="database">Whose it is.</param>
    /// <param name="hash">The hash of what was sent.</param>
    /// <param name="upload">What was sent, in base64. Disposed here, since it may be needed longer than the request.</param>
    /// <exception cref="DormouseException">It is no schema, or one with errors; or the store is away.</exception>
    public async Task KeepAsync(DatabaseId database, SchemaHash hash, PooledBuffer upload)
    {
        bool isHandedOn = false;
        try
        {
            if (!upload.TryDecodeBase64() || !Utf8.IsValid(upload.WrittenSpan))
            {
                throw SchemaFailures.NotText();
            }
            // A client that leaves does not end the reading, which uses the buffer: others may wait for the same schema.
            Admit(await ReadAsync(hash, upload.Written), database);
            // The client need not wait for the store: if it never gets there, the schema is uploaded once more some day.
            isHandedOn = TryRunBeside(StoreAsync, database);
            if (!isHandedOn)
            {
                await store.KeepAsync(database, hash, upload.Written, CancellationToken.None);
            }
        }
        finally
        {
            if (!isHandedOn)
            {
                upload.Dispose();
            }
        }

        async Task StoreAsync()
        {
            using (upload)
            {
                await store.KeepAsync(database, hash, upload.Written, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] left;
        lock (errands)
        {
            left = [.. errands];
        }
        await stopping.CancelAsync();
        await Task.WhenAll(left);
    }

    // One look-up and one reading for all who ask at the same time; whoever leaves does not end it for the others.
    private async ValueTask<QueryEngine> LoadAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken)
    {
        Lazy<Task<SchemaEngine>> load = loads.GetOrAdd(
            (database, hash),
            static (key, owner) => new(() => Task.Run(() => owner.LoadAsync(key.Database, key.Hash))),
            this
        );
        return (await load.Value.WaitAsync(cancellationToken)).Engine;
    }

    private async Task<SchemaEngine> LoadAsync(DatabaseId database, SchemaHash hash)
    {
        try
        {
            byte[] text = await store.FindAsync(database, hash, CancellationToken.None) ?? throw SchemaFailures.Missing();
            SchemaEngine engine = await ReadAsync(hash, text);
            Admit(engine, database);
            return engine;
        }
        finally
        {
            loads.TryRemove((database, hash), out _);
        }
    }

    /// <summary>Reads a text that stays as it is until the reading has ended.</summary>
    private Task<SchemaEngine> ReadAsync(SchemaHash hash, ReadOnlyMemory<byte> utf8) =>
        engines.TryGetValue(hash, out SchemaEngine? known)
            ? Task.FromResult(known)
            : reads.GetOrAdd(hash, key => new(() => Task.Run(() => ReadNowAsync(key, utf8)))).Value;

    private async Task<SchemaEngine> ReadNowAsync(SchemaHash hash, ReadOnlyMemory<byte> utf8)
    {
        await reading.WaitAsync(CancellationToken.None);
        // Borrowed, since a text of this size is for the collector an occasion to go through all that lives.
        char[] text = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            int length = Encoding.UTF8.GetChars(utf8.Span, text);
            SchemaReading read = SchemaReader.Read(text.AsMemory(0, length));
            return read.IsValid
                ? new SchemaEngine(
                    hash,
                    new QueryEngine(read.Schema, operations, limits, edge.Engine.UsualReadStrategy),
                    EngineBytes + ((long)BytesPerTextByte * utf8.Length)
                )
                : throw SchemaFailures.Broken(read.Diagnostics);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
            reading.Release();
            reads.TryRemove(hash, out _);
        }
    }

    private void Admit(SchemaEngine engine, DatabaseId database)
    {
        long now = time.GetTimestamp();
        lock (changing)
        {
            if (!engines.TryGetValue(engine.Hash, out SchemaEngine? kept))
            {
                engines[engine.Hash] = kept = engine;
                Interlocked.Add(ref usedBytes, engine.Bytes);
            }
            kept.AddHolder(database, now);
            kept.UsedAt = now;
            // The newest stays whatever its size: its client waits for it.
            while (engines.Count > 1 && (engines.Count > options.EnginesMax || usedBytes > options.EngineBytesMax))
            {
                SchemaEngine oldest = engines
                    .Values.Where(candidate => !ReferenceEquals(candidate, kept))
                    .MinBy(static each => each.UsedAt)!;
                engines.TryRemove(oldest.Hash, out _);
                Interlocked.Add(ref usedBytes, -oldest.Bytes);
            }
        }
    }

    /// <summary>Goes to the store beside the request; awaited when the edge stops. False where too much is under way already.</summary>
    private bool TryRunBeside(Func<Task> errand, DatabaseId database)
    {
        lock (errands)
        {
            errands.RemoveWhere(static task => task.IsCompleted);
            return errands.Count < ErrandsMax && errands.Add(RunAsync(errand, database));
        }
    }

    private async Task RunAsync(Func<Task> errand, DatabaseId database)
    {
        await Task.Yield();
        await Task.Delay(options.StoreDelay, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await errand();
        }
        catch (DormouseException failure)
        {
            Log.StoreFailed(logger, database, failure.Message);
        }
        catch (Exception failure)
        {
            Log.StoreBroke(logger, database, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Warning, "A schema of {Database} is not in the store, and will be uploaded again: {Reason}")]
        public static partial void StoreFailed(ILogger logger, DatabaseId database, string reason);

        [LoggerMessage(4202, LogLevel.Error, "A schema of {Database} could not be brought to the store.")]
        public static partial void StoreBroke(ILogger logger, DatabaseId database, Exception failure);
    }
}
