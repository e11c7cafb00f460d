using Dormouse.Contracts;
using Dormouse.Edge.Http;

namespace Dormouse.Edge.Metrics;

/// <summary>How requests end, and which limits refuse them, in the words of tags.</summary>
internal static class Outcomes
{
    public const string Ok = WorkMetrics.Ok;
    public const string Gone = "gone";
    public const string Failed = "failed";

    private const string Caller = "caller";

    // What the query engine says is about the query, whatever status goes with it.
    public static string Of(FailureReply failure) => failure.Plan is null ? Of(failure.Status) : Caller;

    /// <summary>The limit that a failure's code stands for; null where it is none.</summary>
    public static string? LimitOf(string? code) =>
        code switch
        {
            EdgeFailures.KeyTooFastCode => "key_rate",
            EdgeFailures.AddressTooFastCode => "address",
            EdgeFailures.FailedKeysCode => "failed_keys",
            EdgeFailures.TooManyRequestsCode => "in_flight",
            EdgeFailures.BodyTooLargeCode => "body_size",
            EdgeFailures.SlowBodyCode => "body_time",
            EdgeFailures.AnswerTooLargeCode => "answer_size",
            EdgeFailures.OutOfBuffersCode => "buffers",
            EdgeFailures.QueryTimeoutCode => "query_time",
            EdgeFailures.ConnectionWaitCode => "connection_wait",
            EdgeFailures.TransactionBoundsCode => "transaction_time",
            EdgeFailures.BatchTooLongCode => "batch_length",
            _ => null,
        };

    public static string Of(int status) =>
        status switch
        {
            401 => "auth",
            408 or 413 or 422 or 429 or 504 => "limited",
            499 => Gone,
            503 => "unavailable",
            >= 500 => Failed,
            _ => Caller,
        };
}
