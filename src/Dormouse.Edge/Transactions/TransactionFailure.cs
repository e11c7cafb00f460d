using System.Globalization;
using System.Text.Json;
using Dormouse.Postgres;
using Dormouse.Query.Failures;

namespace Dormouse.Edge.Transactions;

/// <summary>
/// What went wrong with an interactive transaction, as P2028 with the texts and meta that clients of the reference executor know
/// word for word; some apps look for them.
/// </summary>
internal sealed class TransactionFailure : Exception
{
    private const string Prefix = "Transaction API error: ";

    private readonly (string Name, string Text)? textMeta;
    private readonly (string Operation, long TimeoutMs, long TakenMs)? expiry;

    private TransactionFailure(
        string message,
        (string, string)? textMeta = null,
        (string, long, long)? expiry = null,
        Exception? cause = null
    )
        : base(Prefix + message, cause)
    {
        this.textMeta = textMeta;
        this.expiry = expiry;
    }

    /// <summary>The text in the words of the engine of clients 5 and 6, without its prefix.</summary>
    public string EngineText => (expiry is null ? "" : "Transaction already closed: ") + Message[Prefix.Length..];

    public string EngineMessage => Prefix + EngineText;

    public static TransactionFailure NotFound() =>
        new(
            "Transaction not found. Transaction ID is invalid, refers to an old closed transaction Prisma doesn't have information about anymore, or was obtained before disconnecting."
        );

    public static TransactionFailure Committed(string operation) =>
        new($"Transaction already closed: A {operation} cannot be executed on a committed transaction.");

    public static TransactionFailure RolledBack(string operation) =>
        new($"Transaction already closed: A {operation} cannot be executed on a transaction that was rolled back.");

    public static TransactionFailure Lost(string operation) =>
        new(
            $"Transaction already closed: A {operation} cannot be executed on a transaction whose connection broke while it was committed."
        );

    public static TransactionFailure Expired(string operation, TimeSpan timeout, TimeSpan taken)
    {
        var timeoutMs = (long)timeout.TotalMilliseconds;
        var takenMs = (long)taken.TotalMilliseconds;
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"A {operation} cannot be executed on an expired transaction. The timeout for this transaction was {timeoutMs} ms, however {takenMs} ms passed since the start of the transaction. Consider increasing the interactive transaction timeout or doing less work in the transaction."
            ),
            expiry: (operation, timeoutMs, takenMs)
        );
    }

    /// <summary>What PostgreSQL itself says when it ends such a session, so that clients see what they would see of any server.</summary>
    public static DatabaseErrorException Abandoned() =>
        new(
            new DatabaseError
            {
                SqlState = SqlState.IdleInTransactionTimeout,
                Message = "terminating connection due to idle-in-transaction timeout",
                Severity = "FATAL",
            }
        );

    public static TransactionFailure NotStartedInTime(Exception? cause = null) =>
        new("Unable to start a transaction in the given time.", cause: cause);

    public static TransactionFailure Missing(string option) => new($"{option} is required");

    public static TransactionFailure InvalidIsolationLevel(string level) =>
        new($"Invalid isolation level: {level}", textMeta: ("isolationLevel", level));

    public static TransactionFailure TooDeep(int max) =>
        new(string.Create(CultureInfo.InvariantCulture, $"More than {max} nested transactions are not allowed in one transaction."));

    /// <summary>
    /// PostgreSQL answers the COMMIT of a failed transaction with a rollback and no error. Telling the client that its writes are
    /// stored would be a lie.
    /// </summary>
    public static TransactionFailure CommitRolledBack() =>
        new(
            "The transaction could not be committed because one of its statements had failed; PostgreSQL rolled it back. Do not catch the error of a statement inside the transaction, or use a nested transaction around it."
        );

    public void WriteMeta(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("meta"u8);
        if (textMeta is { } text)
        {
            writer.WriteString(text.Name, text.Text);
        }
        if (expiry is { } times)
        {
            writer.WriteString("operation"u8, times.Operation);
            writer.WriteNumber("timeout"u8, times.TimeoutMs);
            writer.WriteNumber("timeTaken"u8, times.TakenMs);
        }
        writer.WriteEndObject();
    }
}
