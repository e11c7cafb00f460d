using System.Text.Json;
using System.Text.Unicode;
using Dormouse.Contracts;

namespace Dormouse.Edge.Http;

/// <summary>
/// What clients 5 and 6 post to <c>…/graphql</c>: one query, or <c>{"batch":[…],"transaction":{"isolationLevel":…}}</c>. Queries are
/// found without being parsed, since the engine reads them in place.
/// </summary>
/// <param name="Queries">Where the queries lie in the body; one, the whole body, for a request without a batch.</param>
/// <param name="IsBatch">Whether the answer is to be a list.</param>
/// <param name="IsTransaction">Whether all queries take effect or none.</param>
/// <param name="IsolationLevel">Of that transaction, as the client names it.</param>
internal readonly record struct OperationRequest(IReadOnlyList<Range> Queries, bool IsBatch, bool IsTransaction, string? IsolationLevel)
{
    // The reader keeps one bit per level and does not recurse, so depth costs nothing here; the engine has the bound.
    private const int MaxJsonDepth = 4_096;

    private static readonly Range[] Whole = [Range.All];

    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/>: no such request, or more queries than allowed.</exception>
    public static OperationRequest Locate(ReadOnlySpan<byte> body, int maxBatch)
    {
        // The engine does not look into strings that it takes over, and all that comes after may then trust the text.
        if (!Utf8.IsValid(body))
        {
            throw EdgeFailures.Malformed("the body is not UTF-8.");
        }
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxJsonDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw EdgeFailures.Malformed("the body is not a JSON object.");
            }
            return IsSingle(reader) ? new OperationRequest(Whole, false, false, null) : LocateBatch(ref reader, maxBatch);
        }
        catch (JsonException wrong)
        {
            throw EdgeFailures.Malformed($"the body is not JSON ({wrong.Message}).", wrong);
        }
    }

    // By its first member, so that the rest of a single query is read once only, by the engine.
    private static bool IsSingle(Utf8JsonReader ahead) =>
        ahead.Read()
        && ahead.TokenType == JsonTokenType.PropertyName
        && (ahead.ValueTextEquals("modelName"u8) || ahead.ValueTextEquals("action"u8) || ahead.ValueTextEquals("query"u8));

    private static OperationRequest LocateBatch(ref Utf8JsonReader reader, int maxBatch)
    {
        List<Range>? queries = null;
        var isTransaction = false;
        string? level = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("batch"u8))
            {
                queries = ReadQueries(ref reader, maxBatch);
            }
            else if (reader.ValueTextEquals("transaction"u8))
            {
                isTransaction = TryReadTransaction(ref reader, out level);
            }
            else
            {
                reader.Skip();
            }
        }
        // Reads past the end object, so that something behind it is found out.
        _ = reader.Read();
        return queries is null
            ? throw EdgeFailures.Malformed("it is neither a query ('action' and 'query') nor a 'batch' of queries.")
            : new OperationRequest(queries, true, isTransaction, level);
    }

    private static List<Range> ReadQueries(ref Utf8JsonReader reader, int maxBatch)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw EdgeFailures.Malformed("'batch' is not a list.");
        }
        var queries = new List<Range>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (queries.Count == maxBatch)
            {
                throw EdgeFailures.BatchTooLong(maxBatch);
            }
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            queries.Add(start..(int)reader.BytesConsumed);
        }
        return queries;
    }

    /// <summary>Whether there is a transaction; null is none.</summary>
    private static bool TryReadTransaction(ref Utf8JsonReader reader, out string? level)
    {
        level = null;
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw EdgeFailures.Malformed("'transaction' is not an object.");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isLevel = reader.ValueTextEquals("isolationLevel"u8);
            _ = reader.Read();
            if (isLevel && reader.TokenType == JsonTokenType.String)
            {
                level = reader.GetString();
            }
            reader.Skip();
        }
        return true;
    }
}
