using System.Text.Json;
using System.Text.Unicode;
using Dormouse.Contracts;

namespace Dormouse.Edge.Http;

/// <summary>
/// Where the parts of a query request lie in its body. They are found without being parsed: the plan's bytes are the key of the plan
/// cache, and only <c>params</c> differ from one call to the next.
/// </summary>
/// <param name="Plan">The plan.</param>
/// <param name="Params">The values of its parameters; empty where there are none.</param>
/// <param name="Comments">What to add to the SQL; empty where there is nothing.</param>
/// <param name="Operation">The text of the operation's name, as it stands between its quotes.</param>
/// <param name="Model">The same of the model's.</param>
internal readonly record struct QueryRequest(Range Plan, Range Params, Range Comments, Range Operation, Range Model)
{
    // The reader keeps one bit per level and does not recurse, so depth costs nothing here; the plan's own parser has the bound.
    private const int MaxJsonDepth = 4_096;

    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/>: not a query request.</exception>
    public static QueryRequest Locate(ReadOnlySpan<byte> body)
    {
        // The reader does not look inside strings that it skips, and all that comes after may then trust the text.
        if (!Utf8.IsValid(body))
        {
            throw EdgeFailures.Malformed("the body is not UTF-8.");
        }
        try
        {
            return LocateParts(body);
        }
        catch (JsonException wrong)
        {
            throw EdgeFailures.Malformed($"the body is not JSON ({wrong.Message}).", wrong);
        }
    }

    private static QueryRequest LocateParts(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxJsonDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw EdgeFailures.Malformed("the body is not a JSON object.");
        }
        Range? plan = null;
        Range parameters = default;
        Range comments = default;
        Range operation = default;
        Range model = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("plan"u8))
            {
                plan = ReadObject(ref reader, "plan");
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                parameters = ReadObject(ref reader, "params");
            }
            else if (reader.ValueTextEquals("comments"u8))
            {
                comments = ReadObject(ref reader, "comments");
            }
            else if (reader.ValueTextEquals("operation"u8))
            {
                operation = ReadName(ref reader);
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                model = ReadName(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
        // Reads past the end object, so that something behind it is found out.
        _ = reader.Read();
        return new QueryRequest(plan ?? throw EdgeFailures.Malformed("'plan' is missing."), parameters, comments, operation, model);
    }

    // The plan says what is to be done; these name it for people, and for the cache, which wants both to agree.
    private static Range ReadName(ref Utf8JsonReader reader)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return default;
        }
        return ((int)reader.TokenStartIndex + 1)..((int)reader.BytesConsumed - 1);
    }

    private static Range ReadObject(ref Utf8JsonReader reader, string name)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw EdgeFailures.Malformed($"'{name}' is not an object.");
        }
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }
}
