using System.Buffers;
using System.Collections.Concurrent;
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
    /// <param name="hash">The hash under which it was sent.</param>
    /// <param name="upload">What was sent, in base64; not used any more once this ends.</param>
    /// <exception cref="DormouseException">It is not what its hash says, no schema, or one with errors; or the store is away.</exception>
    public async Task KeepAsync(DatabaseId database, SchemaHash hash, PooledBuffer upload)
    {
        PooledBuffer? text = upload.DecodeBase64();
        bool isHandedOn = false;
        try
        {
            // A client that leaves does not end the reading: it will ask again.
            await ReadAsync(database, hash, text?.Written, () => SchemaHash.Of(upload.WrittenSpan) == hash);
            // Nor need it wait for the store: if the schema never gets there, it is uploaded once more some day.
            isHandedOn = TryRunBeside(StoreAsync, database);
            if (!isHandedOn)
            {
                await store.KeepAsync(database, hash, text!.Written, CancellationToken.None);
            }
        }
        finally
        {
            if (!isHandedOn)
            {
                text?.Dispose();
            }
        }

        async Task StoreAsync()
        {
            using (text)
            {
                await store.KeepAsync(database, hash, text!.Written, CancellationToken.None);
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
            return await ReadAsync(database, hash, text, static () => true);
        }
        finally
        {
            loads.TryRemove((database, hash), out _);
        }
    }

    /// <summary>The engine of a text, which stays as it is until this ends: the one in memory, or else a new one.</summary>
    /// <param name="database">Whose text it is.</param>
    /// <param name="hash">The hash that it should have.</param>
    /// <param name="utf8">The text; null where what was sent is none.</param>
    /// <param name="isGenuine">
    /// Whether it has that hash, which takes a third of the time of a reading, and is found out beside it where there is a thread for it.
    /// Nobody is given an engine before that.
    /// </param>
    private async Task<SchemaEngine> ReadAsync(DatabaseId database, SchemaHash hash, ReadOnlyMemory<byte>? utf8, Func<bool> isGenuine)
    {
        if (engines.TryGetValue(hash, out SchemaEngine? known))
        {
            return isGenuine() ? Admit(known, database) : throw SchemaFailures.Mismatch();
        }
        await reading.WaitAsync(CancellationToken.None);
        // Borrowed, since a text of this size is for the collector an occasion to go through all that lives.
        char[] text = ArrayPool<char>.Shared.Rent(utf8?.Length ?? 0);
        try
        {
            // Whoever waited may find that the same was read meanwhile: apps come up in dozens.
            bool? isFound = null;
            SchemaReading? read =
                engines.TryGetValue(hash, out SchemaEngine? engine) || utf8 is null
                    ? null
                    : Read(utf8.Value.Span, text, () => isFound = isGenuine());
            if (!(isFound ?? isGenuine()))
            {
                throw SchemaFailures.Mismatch();
            }
            engine ??= NewEngine(hash, read ?? throw SchemaFailures.NotText(), utf8!.Value.Length);
            return Admit(engine, database);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
            reading.Release();
        }
    }

    /// <returns>Null where it is no UTF-8.</returns>
    private static SchemaReading? Read(ReadOnlySpan<byte> utf8, char[] text, Action beside) =>
        Utf8.ToUtf16(utf8, text, out _, out int length, replaceInvalidSequences: false) == OperationStatus.Done
            ? SchemaReader.Read(text.AsMemory(0, length), beside)
            : null;

    private SchemaEngine NewEngine(SchemaHash hash, SchemaReading read, int textBytes)
    {
        if (!read.IsValid)
        {
            throw SchemaFailures.Broken(read.Diagnostics);
        }
        QueryEngine engine = new(read.Schema, operations, limits, edge.Engine.UsualReadStrategy);
        return new SchemaEngine(hash, engine, EngineBytes + ((long)BytesPerTextByte * textBytes));
    }

    private SchemaEngine Admit(SchemaEngine engine, DatabaseId database)
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
            return kept;
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
