using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using Dormouse.Postgres.Statements;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// Understands the server's answer to one request, message by message, up to ReadyForQuery. One per connection, reused:
/// <see cref="Begin"/>, then <see cref="Process"/> until it says <see cref="ResponseStep.Ready"/>. Does no I/O. What PostgreSQL never
/// sends in a given place is a protocol fault.
/// </summary>
internal sealed class ResponseReader
{
    private PreparedStatement? statement;
    private IRowReceiver? receiver;
    private string sql = "";
    private WireColumn[]? columns;
    private bool isFirstDue;

    public TransactionStatus Transaction { get; private set; }

    /// <summary>The first error of the answer; what follows it is a consequence.</summary>
    public PostgresErrorFields? Error { get; private set; }

    /// <summary>What the receiver threw; the rest of the answer is skipped.</summary>
    public ExceptionDispatchInfo? ReceiverFailure { get; private set; }

    public bool CopyRefused { get; private set; }

    public bool SessionChanged { get; set; }

    public bool StatementsDropped { get; set; }

    public CommandCompletion Completion { get; private set; }

    /// <summary>The statement was bound, so it may have taken effect: the command must not be tried again.</summary>
    public bool IsBound { get; private set; }

    public bool IsExtended => statement is not null;

    /// <param name="sql">The text, to judge what its command left behind.</param>
    /// <param name="statement">Null for the simple protocol.</param>
    /// <param name="receiver">Null when rows are of no interest.</param>
    /// <param name="isSecond">The answer begins with that to another command, of which only a failure is of interest.</param>
    public void Begin(string sql, PreparedStatement? statement, IRowReceiver? receiver, bool isSecond = false)
    {
        isFirstDue = isSecond;
        this.sql = sql;
        this.statement = statement;
        this.receiver = receiver;
        columns = null;
        IsBound = false;
        Error = null;
        ReceiverFailure = null;
        CopyRefused = false;
        Completion = default;
        SessionChanged |= statement is null ? SessionEffects.MayChangeSession(sql) : statement.MayChangeSession;
    }

    /// <summary>Drops what belongs to the caller, so that an idle connection keeps nothing alive.</summary>
    public void End()
    {
        statement = null;
        receiver = null;
        sql = "";
    }

    /// <summary>Tells the error of the command before the last one.</summary>
    public void Restore(PostgresErrorFields? error) => Error = error;

    public ResponseStep Process(ReceiveBuffer buffer)
    {
        while (buffer.TryRead(out byte type, out ReadOnlySpan<byte> payload))
        {
            // Rows first: they are nearly all of it.
            if (type == (byte)'D')
            {
                Row(payload);
                continue;
            }
            ResponseStep step = Message((char)type, payload);
            if (step != ResponseStep.NeedMore)
            {
                return step;
            }
        }
        return ResponseStep.NeedMore;
    }

    private ResponseStep Message(char type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case '1' or '2' when isFirstDue:
                break;
            case 'C' when isFirstDue:
                isFirstDue = false;
                break;
            case '1': // ParseComplete
                Expected(type).IsParsed = true;
                break;
            case '2': // BindComplete
                BindCompleted(Expected(type));
                break;
            case 'T': // RowDescription
                DescribeRows(payload);
                break;
            case 'n': // NoData
                Described(Expected(type), null);
                break;
            case 'C': // CommandComplete
                Completed(payload);
                break;
            case 'I': // EmptyQueryResponse
                Completion = new CommandCompletion("", 0);
                break;
            case 'E': // ErrorResponse
                Error ??= WithoutOwnName(ErrorFields.Parse(payload));
                break;
            case 'S': // ParameterStatus: a setting that is reported has changed
                SessionChanged = true;
                break;
            case '3' or 't' or 'N' or 'A': // CloseComplete, ParameterDescription, NoticeResponse, NotificationResponse
                break;
            case 'G': // CopyInResponse
                CopyRefused = true;
                return ResponseStep.CopyIn;
            case 'H': // CopyOutResponse
                CopyRefused = true;
                break;
            case 'd' or 'c' when CopyRefused: // CopyData, CopyDone: skipped
                break;
            case 'Z': // ReadyForQuery
                Transaction = StatusOf(payload);
                return ResponseStep.Ready;
            default:
                throw WireFault.Protocol($"a message of type 0x{(int)type:x2} came in the answer to a command");
        }
        return ResponseStep.NeedMore;
    }

    // The name of a prepared statement is this connection's own affair; whoever wrote the SQL gave it none.
    private PostgresErrorFields WithoutOwnName(PostgresErrorFields error) =>
        statement is { IsNamed: true } named
        && error.SqlState is SqlState.ProtocolViolation or SqlState.InvalidStatementName or SqlState.DuplicateStatement
            ? error with
            {
                MessageText = error.MessageText.Replace($"\"{named.NameText}\"", "\"\"", StringComparison.Ordinal),
            }
            : error;

    private PreparedStatement Expected(char type) =>
        statement ?? throw WireFault.Protocol($"a message of type '{type}' came in the answer to a simple query");

    private static void Described(PreparedStatement statement, WireColumn[]? columns)
    {
        if (!statement.IsParsed || statement.IsReady)
        {
            throw WireFault.Protocol("a description came that nobody asked for");
        }
        statement.Columns = columns;
        statement.IsReady = true;
    }

    private void DescribeRows(ReadOnlySpan<byte> payload)
    {
        WireColumn[] described = RowDescription.Parse(payload);
        if (statement is not null)
        {
            Described(statement, described);
        }
        else
        {
            BeginRows(described);
        }
    }

    private void BindCompleted(PreparedStatement bound)
    {
        if (!bound.IsReady)
        {
            throw WireFault.Protocol("a statement was bound before it was described");
        }
        IsBound = true;
        if (bound.Columns is { } described)
        {
            BeginRows(described);
        }
    }

    private void BeginRows(WireColumn[] described)
    {
        columns = described;
        if (receiver is { } target)
        {
            try
            {
                target.Columns(described);
            }
            catch (Exception e)
            {
                Refuse(e);
            }
        }
    }

    private void Row(ReadOnlySpan<byte> payload)
    {
        if (columns is null)
        {
            throw WireFault.Protocol("a row came without a description");
        }
        CheckRow(payload, columns.Length);
        if (receiver is { } target)
        {
            try
            {
                target.Row(payload[sizeof(short)..]);
            }
            catch (Exception e)
            {
                Refuse(e);
            }
        }
    }

    // Whatever the receiver throws is its own affair; ours is that the connection stays in step.
    private void Refuse(Exception failure)
    {
        ReceiverFailure = ExceptionDispatchInfo.Capture(failure);
        receiver = null;
    }

    /// <summary>Checks all lengths once, so that receivers may walk a row without checks of their own.</summary>
    private static void CheckRow(ReadOnlySpan<byte> payload, int columnCount)
    {
        if (payload.Length < sizeof(short) || BinaryPrimitives.ReadUInt16BigEndian(payload) != columnCount)
        {
            throw WireFault.Protocol($"a row has another number of cells than its {columnCount} columns");
        }
        var at = sizeof(short);
        for (var i = 0; i < columnCount; i++)
        {
            if (payload.Length - at < sizeof(int))
            {
                throw WireFault.Protocol("a row ends before its cells do");
            }
            int length = BinaryPrimitives.ReadInt32BigEndian(payload[at..]);
            at += sizeof(int);
            if (length < -1 || length > payload.Length - at)
            {
                throw WireFault.Protocol($"a cell claims a length of {length}");
            }
            at += Math.Max(length, 0);
        }
        if (at != payload.Length)
        {
            throw WireFault.Protocol("a row goes on after its last cell");
        }
    }

    private void Completed(ReadOnlySpan<byte> payload)
    {
        Completion = CommandTag.Parse(new PayloadReader(payload).ReadCStringBytes());
        columns = null;
        switch (SessionEffects.Of(Completion.Command, sql))
        {
            case SessionEffect.Changed:
                SessionChanged = true;
                break;
            case SessionEffect.StatementsDropped:
                StatementsDropped = true;
                break;
        }
    }

    private static TransactionStatus StatusOf(ReadOnlySpan<byte> payload) =>
        payload.Length == 1
            ? (char)payload[0] switch
            {
                'I' => TransactionStatus.Idle,
                'T' => TransactionStatus.Open,
                'E' => TransactionStatus.Failed,
                _ => throw WireFault.Protocol($"an unknown transaction status 0x{payload[0]:x2}"),
            }
            : throw WireFault.Protocol("ReadyForQuery has no status");
}

internal enum ResponseStep
{
    /// <summary>All that has arrived is understood; the answer goes on.</summary>
    NeedMore,

    /// <summary>The server waits for data to copy: refuse.</summary>
    CopyIn,

    /// <summary>The answer is complete.</summary>
    Ready,
}
