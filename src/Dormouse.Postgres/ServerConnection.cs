using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Dormouse.Postgres.Startup;
using Dormouse.Postgres.Statements;
using Dormouse.Postgres.Wire;

namespace Dormouse.Postgres;

/// <summary>
/// One session with a PostgreSQL server. It owns the socket, its buffers and the prepared statements. One command at a time: a second
/// one meanwhile is refused (<see cref="ServerFailure.Misuse"/>), not queued.
/// <para>
/// A command ends with a <see cref="CommandCompletion"/>, a <see cref="PostgresException"/> (the server said no), a
/// <see cref="ServerConnectionException"/> (the way there failed), an <see cref="OperationCanceledException"/> (the token, after the
/// server was asked to stop), or what the row receiver threw. After a fault of the way there the connection is broken for good:
/// <see cref="IsBroken"/>, and every further command says so.
/// </para>
/// </summary>
/// <remarks>
/// No timers run and no buffers are held while it is idle, so that it can stay open while the server is frozen for any length of time.
/// </remarks>
public sealed class ServerConnection : IAsyncDisposable
{
    private readonly ServerConnectionOptions options;
    private readonly ServerSocket socket;
    private readonly SendBuffer send;
    private readonly ReceiveBuffer receive;
    private readonly ResponseReader reader = new();
    private readonly StatementCache statements;
    private readonly CommandCancellation cancellation;
    private int busy;
    private volatile bool broken;

    private ServerConnection(
        ServerConnectionOptions options,
        ServerSocket socket,
        SendBuffer send,
        ReceiveBuffer receive,
        CommandCancellation cancellation
    )
    {
        this.options = options;
        this.socket = socket;
        this.send = send;
        this.receive = receive;
        this.cancellation = cancellation;
        statements = new StatementCache(options.StatementsMax, options.StatementCharsMax);
    }

    /// <summary>As the server said at the end of the last command.</summary>
    public TransactionStatus Transaction => reader.Transaction;

    /// <summary>Nothing can be done with it any more.</summary>
    public bool IsBroken => broken;

    /// <summary>
    /// The session may differ from a fresh one: <see cref="MarkSessionChanged"/> was called, or a command was seen that leaves
    /// something behind (SET, LISTEN, PREPARE, temporary tables, advisory locks, a cursor WITH HOLD, …).
    /// </summary>
    public bool SessionChanged => reader.SessionChanged;

    /// <summary>The server's process id of this session, as in <c>pg_stat_activity</c>.</summary>
    public int ServerProcessId => cancellation.Key.ProcessId;

    /// <summary>How many statements are prepared now.</summary>
    internal int StatementCount => statements.Count;

    /// <summary>A command is under way.</summary>
    internal bool IsBusy => Volatile.Read(ref busy) != 0;

    /// <summary>An idle connection on which something arrived: the server closed it, or says that it will.</summary>
    internal bool HasUnexpectedInput => socket.IsReadable;

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="PostgresException">The server refused: wrong secret, unknown database, too many connections, starting up.</exception>
    /// <exception cref="ServerConnectionException">The server was not reached, or not trusted.</exception>
    public static async ValueTask<ServerConnection> OpenAsync(
        ServerLogin login,
        ServerConnectionOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(login);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ServerSocket? socket = null;
        var send = new SendBuffer(options.MessageBytesMax);
        var receive = new ReceiveBuffer(options.MessageBytesMax);
        try
        {
            socket = await ServerSocket.ConnectAsync(login, limit.Token);
            (int, int) key;
            await using (limit.Token.UnsafeRegister(static s => ((ServerSocket)s!).Abort(), socket))
            {
                key = await new Handshake(login, options, socket, send, receive).RunAsync();
            }
            limit.Token.ThrowIfCancellationRequested();
            var cancellation = new CommandCancellation(options, socket) { Key = key };
            return new ServerConnection(options, socket, send, receive, cancellation);
        }
        catch (Exception e)
        {
            socket?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested)
            {
                throw WireFault.ConnectTimedOut(login.Address, options.ConnectTimeout);
            }
            if (e is SocketException)
            {
                throw WireFault.Lost("it ended during the log-in: " + e.Message, e);
            }
            throw;
        }
        finally
        {
            send.Release();
            receive.Release();
        }
    }

    /// <summary>
    /// Runs one statement by the extended protocol with text parameters and text results. The statement is prepared at its first use
    /// and kept; either way it is one round trip. When the server says that a kept statement is out of date (a table changed, or
    /// something dropped it), and no transaction is harmed by it, it is prepared anew and run again unseen.
    /// </summary>
    /// <param name="sql">One statement, with <c>$1</c>, <c>$2</c>, … for parameters.</param>
    /// <param name="parameters">Their values; read before the first await only.</param>
    /// <param name="receiver">Takes the rows.</param>
    /// <param name="cancellationToken">Cancels the statement on the server; the connection stays usable if the server answers.</param>
    public ValueTask<CommandCompletion> ExecuteAsync(
        string sql,
        ReadOnlyMemory<WireParameter> parameters,
        IRowReceiver receiver,
        CancellationToken cancellationToken
    )
    {
        return ExecuteBehindAsync(null, sql, parameters, receiver, cancellationToken);
    }

    /// <summary>
    /// The same with a command of its own before it in the same round trip, such as <c>BEGIN</c>. If that fails the statement does not
    /// run; if the statement fails the command has taken effect.
    /// </summary>
    /// <param name="first">A command that has no parameters, yields no rows and begins a transaction; null for none.</param>
    /// <param name="sql">As above; so are the others.</param>
    public ValueTask<CommandCompletion> ExecuteBehindAsync(
        string? first,
        string sql,
        ReadOnlyMemory<WireParameter> parameters,
        IRowReceiver receiver,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(sql);
        ArgumentNullException.ThrowIfNull(receiver);
        if (parameters.Length > WireFault.ParametersMax)
        {
            throw WireFault.TooManyParameters(parameters.Length);
        }
        Enter(cancellationToken);
        return ExecuteExtendedAsync(first, sql, parameters, receiver, cancellationToken);
    }

    /// <summary>
    /// Runs a text of one or several statements by the simple protocol, without parameters: BEGIN, COMMIT, scripts. Rows are dropped.
    /// Several statements form one transaction unless the text says otherwise.
    /// </summary>
    public ValueTask<CommandCompletion> ExecuteSimpleAsync(string sql, CancellationToken cancellationToken) =>
        BeginSimpleAsync(sql, null, cancellationToken);

    /// <summary>As above, with the rows of all its statements.</summary>
    public ValueTask<CommandCompletion> ExecuteSimpleAsync(string sql, IRowReceiver receiver, CancellationToken cancellationToken) =>
        BeginSimpleAsync(sql, receiver, cancellationToken);

    /// <summary>
    /// Says that the session may differ from a fresh one, so that its return to a pool resets it. For text whose effects cannot be
    /// seen, such as a tenant's own function.
    /// </summary>
    public void MarkSessionChanged() => reader.SessionChanged = true;

    /// <summary>Makes the session as fresh as a new one by <c>DISCARD ALL</c>; its prepared statements go with it.</summary>
    public async ValueTask ResetSessionAsync(CancellationToken cancellationToken)
    {
        await ExecuteSimpleAsync("DISCARD ALL", cancellationToken);
        reader.SessionChanged = false;
    }

    /// <summary>Says goodbye without waiting for anything and closes. A command under way fails.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Says goodbye and waits until the server's process has ended the session, at most for <paramref name="limit"/>: its memory is then given
    /// back. Only for a connection that nobody uses.
    /// </summary>
    public async Task CloseAndSeeOffAsync(TimeSpan limit)
    {
        if (broken || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            Close();
            return;
        }
        broken = true;
        socket.SendIfPossible(Requests.Farewell);
        using var timer = new CancellationTokenSource(limit, options.TimeProvider);
        await using (timer.Token.UnsafeRegister(static state => ((ServerSocket)state!).Abort(), socket))
        {
            try
            {
                // What may still come is a farewell too; the end of the stream comes when the process has closed its socket.
                while (await socket.ReceiveAsync(receive.FreeSpace()) > 0) { }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Gone already, or too slow to wait for.
            }
        }
        receive.Release();
        socket.Dispose();
        cancellation.Dispose();
    }

    internal void Close()
    {
        if (!broken && Interlocked.CompareExchange(ref busy, 1, 0) == 0)
        {
            socket.SendIfPossible(Requests.Farewell);
        }
        broken = true;
        socket.Dispose();
        cancellation.Dispose();
    }

    private ValueTask<CommandCompletion> BeginSimpleAsync(string sql, IRowReceiver? receiver, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sql);
        Enter(cancellationToken);
        return ExecuteSimpleCoreAsync(sql, receiver, cancellationToken);
    }

    private void Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (broken)
        {
            throw WireFault.Lost("it was closed or broke earlier; open another one", null);
        }
        if (Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            throw WireFault.Misuse("A command is under way on this connection; await it before the next one, or rent a second connection.");
        }
    }

    private void Leave()
    {
        reader.End();
        send.Release();
        receive.Release();
        Volatile.Write(ref busy, 0);
    }

    // The pooling builders keep a command from allocating its state machines; callers await each result once, as ValueTask asks.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CommandCompletion> ExecuteExtendedAsync(
        string? first,
        string sql,
        ReadOnlyMemory<WireParameter> parameters,
        IRowReceiver receiver,
        CancellationToken cancellationToken
    )
    {
        try
        {
            for (var attempts = 1; ; attempts++)
            {
                PreparedStatement statement = WriteExtended(first, sql, parameters.Span);
                bool kept = statement.IsReady;
                reader.Begin(sql, statement, receiver, isSecond: first is not null);
                await ExchangeAsync(cancellationToken);
                if (kept && attempts == 1 && IsOutOfDate())
                {
                    statements.Remove(statement);
                    if (reader.Transaction == TransactionStatus.Idle || first is not null && await RollBackAsync(cancellationToken))
                    {
                        continue;
                    }
                }
                Settle(statement, kept);
                return Completion(cancellationToken);
            }
        }
        finally
        {
            Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CommandCompletion> ExecuteSimpleCoreAsync(
        string sql,
        IRowReceiver? receiver,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Requests.Query(send, sql);
            reader.Begin(sql, null, receiver);
            await ExchangeAsync(cancellationToken);
            DropStatementsIfGone();
            return Completion(cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Takes back a transaction that the same request began, in which nothing has happened yet.</summary>
    private async ValueTask<bool> RollBackAsync(CancellationToken cancellationToken)
    {
        PostgresErrorFields? error = reader.Error;
        Requests.Query(send, "ROLLBACK");
        reader.Begin("ROLLBACK", null, null);
        await ExchangeAsync(cancellationToken);
        bool done = reader.Error is null && reader.Transaction == TransactionStatus.Idle;
        if (!done)
        {
            reader.Restore(error);
        }
        return done;
    }

    /// <summary>Writes the whole request: Closes that are due, Parse and Describe if it is new, Bind, Execute, Sync.</summary>
    private PreparedStatement WriteExtended(string? first, string sql, ReadOnlySpan<WireParameter> parameters)
    {
        PreparedStatement? statement = statements.Find(sql, parameters);
        if (statement is null)
        {
            statement = statements.Create(sql, parameters);
            if (statement.IsNamed)
            {
                statements.EvictForOneMore();
            }
        }
        foreach (byte[] name in statements.ToClose)
        {
            Requests.CloseStatement(send, name);
        }
        if (first is not null)
        {
            Requests.ExecuteUnnamed(send, first);
        }
        if (!statement.IsReady)
        {
            Requests.ParseAndDescribe(send, statement);
        }
        Requests.BindExecuteSync(send, statement, parameters);
        return statement;
    }

    /// <summary>
    /// Sends what was written and reads the answer to its end. A request that does not fit into the socket at once is sent while the
    /// answer is read already: the server may want to say much (65,535 parameter types) before it takes the rest. Whatever fails here
    /// breaks the connection.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExchangeAsync(CancellationToken cancellationToken)
    {
        Task? sending = null;
        cancellation.Begin(cancellationToken);
        try
        {
            ValueTask flush = FlushAsync();
            if (flush.IsCompletedSuccessfully)
            {
                flush.GetAwaiter().GetResult();
            }
            else
            {
                sending = flush.AsTask();
            }
            for (ResponseStep step; (step = reader.Process(receive)) != ResponseStep.Ready; )
            {
                if (step == ResponseStep.CopyIn)
                {
                    await (sending ?? Task.CompletedTask);
                    Requests.CopyFail(send, reader.IsExtended);
                    await FlushAsync();
                }
                if (reader.ReceiverFailure is not null)
                {
                    cancellation.Request(CancelReason.Receiver);
                }
                int received = await socket.ReceiveAsync(receive.FreeSpace());
                if (received == 0)
                {
                    throw WireFault.Lost("the server closed it", null);
                }
                receive.Advance(received);
            }
            statements.Closed();
        }
        catch (Exception e)
        {
            throw Break(e, cancellationToken);
        }
        finally
        {
            // A send cannot outlast its answer, nor a broken socket; its buffer is ours again only after it.
            await (sending ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await cancellation.EndAsync();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushAsync()
    {
        for (ReadOnlyMemory<byte> rest = send.Written; rest.Length > 0; )
        {
            rest = rest[await socket.SendAsync(rest)..];
        }
        send.Release();
    }

    /// <summary>
    /// The one place where a connection breaks. Marks it, closes the socket, and returns the exception that tells the caller why: the
    /// server's own last words if it had some, else the caller's cancellation, else the time limit, else the fault itself.
    /// </summary>
    private Exception Break(Exception fault, CancellationToken cancellationToken)
    {
        broken = true;
        socket.Abort();
        if (cancellation.Reason == CancelReason.Caller)
        {
            return new OperationCanceledException("The command was cancelled and the connection closed.", fault, cancellationToken);
        }
        if (cancellation.Reason == CancelReason.Timeout)
        {
            return WireFault.CommandTimedOut(options.CommandTimeout, fault);
        }
        if (reader.Error is { } error && fault is SocketException or ServerConnectionException { Failure: ServerFailure.Lost })
        {
            return new PostgresException(error);
        }
        return fault is SocketException or ObjectDisposedException ? WireFault.Lost(fault.Message, fault) : fault;
    }

    /// <summary>What the answer means for the cache of statements.</summary>
    private void Settle(PreparedStatement statement, bool kept)
    {
        if (DropStatementsIfGone() || kept || !statement.IsNamed)
        {
            return;
        }
        if (statement.IsReady)
        {
            statements.Add(statement);
        }
        else if (statement.IsParsed)
        {
            statements.Discard(statement);
        }
    }

    private bool DropStatementsIfGone()
    {
        bool gone = reader.StatementsDropped;
        if (gone)
        {
            reader.StatementsDropped = false;
            statements.Clear();
        }
        return gone;
    }

    /// <summary>
    /// Whether a kept statement may be at fault rather than the command: the server no longer knows it, its result columns changed, or,
    /// before it was bound, it no longer fits the tables (class 42: parameter types, for one, are inferred when it is prepared). The
    /// routine's name tells the second from other unsupported features, since the message may be translated.
    /// </summary>
    private bool IsOutOfDate() =>
        reader is { Error: { } error, IsBound: false }
        && (
            error.SqlState == SqlState.InvalidStatementName
            || error is { SqlState: SqlState.FeatureNotSupported, Routine: "RevalidateCachedQuery" }
            || error.SqlState.StartsWith("42", StringComparison.Ordinal)
        );

    private CommandCompletion Completion(CancellationToken cancellationToken)
    {
        reader.ReceiverFailure?.Throw();
        if (reader.CopyRefused)
        {
            throw WireFault.CopyUnsupported();
        }
        if (reader.Error is not { } error)
        {
            return reader.Completion;
        }
        var failure = new PostgresException(error);
        if (failure.IsFatal)
        {
            broken = true;
        }
        if (error.SqlState != SqlState.QueryCancelled)
        {
            throw failure;
        }
        throw cancellation.Reason switch
        {
            CancelReason.Caller => new OperationCanceledException("The command was cancelled.", failure, cancellationToken),
            CancelReason.Timeout => WireFault.CommandTimedOut(options.CommandTimeout, failure),
            _ => failure,
        };
    }
}
