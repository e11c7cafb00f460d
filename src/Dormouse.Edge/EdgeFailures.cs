using System.Globalization;
using Dormouse.Contracts;

namespace Dormouse.Edge;

/// <summary>
/// The failures that the edge itself raises, with their stable codes. The texts are written for the developer of the app and are shown
/// to it; <see cref="Http.FailureReply"/> turns them into what clients understand.
/// </summary>
internal static class EdgeFailures
{
    public const string InvalidKeyCode = "DM4000";
    public const string MalformedRequestCode = "DM4001";
    public const string BodyTooLargeCode = "DM4002";
    public const string TooManyRequestsCode = "DM4003";
    public const string AnswerTooLargeCode = "DM4004";
    public const string QueryTimeoutCode = "DM4005";
    public const string OlderProtocolCode = "DM4006";
    public const string TransactionBoundsCode = "DM4007";
    public const string OutOfBuffersCode = "DM4008";
    public const string ConnectionLostCode = "DM4009";
    public const string SlowBodyCode = "DM4010";
    public const string ConnectionWaitCode = "DM4011";
    public const string CommitLostCode = "DM4012";
    public const string UnsupportedBodyCode = "DM4013";
    public const string ClientGoneCode = "DM4014";
    public const string BatchTooLongCode = "DM4019";
    public const string StoppingCode = "DM4020";
    public const string KeyTooFastCode = "DM4021";
    public const string AddressTooFastCode = "DM4022";
    public const string FailedKeysCode = "DM4023";
    public const string CacheTagsCode = "DM4040";
    public const string DiskCacheFolderCode = "DM4041";
    public const string ServerAwayCode = "DM4060";
    public const string DatabaseFullCode = "DM4061";

    // The text is the one that the hosted service gives, so that apps which look for it find it here too. It says nothing about whether
    // the key was unknown, expired or revoked: that would help only whoever is guessing.
    public static DormouseException InvalidKey() => new(FailureKind.Auth, InvalidKeyCode, "The provided API Key is invalid.");

    public static DormouseException Malformed(string what, Exception? cause = null) =>
        new(FailureKind.Caller, MalformedRequestCode, $"The request cannot be read: {what}", cause);

    public static DormouseException BodyTooLarge(int maxBytes) =>
        new(
            FailureKind.Caller,
            BodyTooLargeCode,
            Text($"The request body is larger than the {maxBytes} bytes that are allowed. Send the data in several smaller requests.")
        );

    public static DormouseException BatchTooLong(int max) =>
        new(
            FailureKind.Caller,
            BatchTooLongCode,
            Text(
                $"The batch has more than the {max} queries that are allowed. Send several smaller ones, or one query with 'in' or 'createMany'."
            )
        );

    public static DormouseException Stopping(Exception cause) =>
        new(FailureKind.Compute, StoppingCode, "The platform is stopping, and the query was cancelled. Send it again in a moment.", cause);

    public static DormouseException OlderProtocol(string version) =>
        new(
            FailureKind.Caller,
            OlderProtocolCode,
            $"{version} sends its queries in GraphQL, which Dormouse does not support. Use Prisma Client 5, 6 or 7."
        );

    public static DormouseException UnsupportedBody(string encoding) =>
        new(FailureKind.Caller, UnsupportedBodyCode, $"The request body is encoded as '{encoding}'. Send it without Content-Encoding.");

    public static DormouseException SlowBody() =>
        new(FailureKind.Caller, SlowBodyCode, "The request body did not arrive in time. Send it again on a faster line.");

    public static DormouseException TooManyRequests(int max) =>
        new(
            FailureKind.RateLimited,
            TooManyRequestsCode,
            Text($"More than {max} requests of this database are in flight. Wait for some answers, then send this request again.")
        );

    public static DormouseException TooManyRequestsOfKey(int max) =>
        new(
            FailureKind.RateLimited,
            TooManyRequestsCode,
            Text($"More than {max} requests of this API key are in flight. Wait for some answers, then send this request again.")
        );

    public static DormouseException KeyTooFast(int perSecond) =>
        new(
            FailureKind.RateLimited,
            KeyTooFastCode,
            Text($"This API key sends more than the {perSecond} requests a second that are allowed. Send this request again in a second.")
        );

    public static DormouseException AddressTooFast(int perSecond) =>
        new(
            FailureKind.RateLimited,
            AddressTooFastCode,
            Text($"Your address sends more than the {perSecond} requests a second that are allowed. Send this request again in a second.")
        );

    public static DormouseException TooManyRequestsOfAddress(int max) =>
        new(
            FailureKind.RateLimited,
            AddressTooFastCode,
            Text($"More than {max} requests of your address are in flight. Wait for some answers, then send this request again.")
        );

    // As with a wrong key: whether this one is right is not said.
    public static DormouseException TooManyFailedKeys() =>
        new(
            FailureKind.RateLimited,
            FailedKeysCode,
            "Your address sent too many requests with a wrong API key. Look for the app that does, and send this request again in a while."
        );

    public static DormouseException TooManyRequestsInAll() =>
        new(FailureKind.RateLimited, TooManyRequestsCode, "The platform is at its limit of requests in flight. Send this request again.");

    public static DormouseException OutOfBuffers() =>
        new(
            FailureKind.RateLimited,
            OutOfBuffersCode,
            "The platform holds as many large bodies and answers as it may at once. Send this request again."
        );

    public static DormouseException AnswerTooLarge(int maxBytes) =>
        new(
            FailureKind.Quota,
            AnswerTooLargeCode,
            Text($"The result of the query is larger than the {maxBytes} bytes that are allowed. Select fewer fields or rows (take).")
        );

    public static DormouseException QueryTimeout(TimeSpan limit, Exception? cause = null) =>
        new(
            FailureKind.Quota,
            QueryTimeoutCode,
            Text($"The query was cancelled because it took longer than the {limit.TotalMilliseconds} ms that are allowed."),
            cause
        );

    public static DormouseException ConnectionWait(Exception cause) =>
        new(
            FailureKind.RateLimited,
            ConnectionWaitCode,
            "Timed out fetching a new connection from the connection pool. All of the database's connections are busy: end transactions sooner or send fewer queries at once.",
            cause
        );

    public static DormouseException ConnectionLost(Exception cause) =>
        new(
            FailureKind.Compute,
            ConnectionLostCode,
            "Server has closed the connection. Whether the statement took effect is unknown.",
            cause
        );

    public static DormouseException CommitLost(Exception cause) =>
        new(
            FailureKind.Compute,
            CommitLostCode,
            "Server has closed the connection while it committed. Whether the transaction took effect is unknown: look before you repeat it.",
            cause
        );

    public static DormouseException ServerAway(Exception cause) =>
        new(FailureKind.Compute, ServerAwayCode, "The database server took no new connection: it is starting, stopping or away.", cause);

    public static DormouseException DatabaseFull(string why) => new(FailureKind.Quota, DatabaseFullCode, why);

    public static DormouseException ClientGone(Exception? cause) =>
        new(FailureKind.ClientGone, ClientGoneCode, "The client has gone.", cause);

    public static DormouseException Tags(string what) => new(FailureKind.Caller, CacheTagsCode, $"The cache tags cannot be used: {what}");

    public static DormouseException DiskCacheFolder(string folder, Exception cause) =>
        new(
            FailureKind.Host,
            DiskCacheFolderCode,
            $"The folder '{folder}' cannot be the disk cache's: {cause.Message} It must be one that this process alone uses and may write.",
            cause
        );

    public static DormouseException TransactionBound(string name, double value, TimeSpan limit) =>
        new(
            FailureKind.Caller,
            TransactionBoundsCode,
            Text($"The transaction's {name} is {value} ms, but {limit.TotalMilliseconds} ms are the most that is allowed.")
        );

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
