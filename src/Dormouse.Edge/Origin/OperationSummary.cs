using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Dormouse.Edge.Origin;

/// <summary>What the body of a query of clients 5 and 6 says that it is, without its schema.</summary>
/// <param name="OnlyReads">Whether it is one query whose action does nothing but read, and says so once.</param>
/// <param name="Name">For statistics, such as <c>findMany User</c>.</param>
internal readonly record struct OperationSummary(bool OnlyReads, string Name)
{
    private const int MaxJsonDepth = 4_096;
    private const int MaxNameLength = 64;
    private const string Other = "other";

    private static readonly FrozenSet<string> Reads = FrozenSet.Create(
        StringComparer.Ordinal,
        "findUnique",
        "findUniqueOrThrow",
        "findFirst",
        "findFirstOrThrow",
        "findMany",
        "aggregate",
        "groupBy"
    );

    /// <summary>What cannot be read is no read; the origin says what is wrong with it.</summary>
    public static OperationSummary Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return ReadMembers(new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxJsonDepth }));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return new OperationSummary(false, Other);
        }
    }

    private static OperationSummary ReadMembers(Utf8JsonReader reader)
    {
        string? action = null;
        string? model = null;
        var actions = 0;
        var isOther = !reader.Read() || reader.TokenType != JsonTokenType.StartObject;
        while (!isOther && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("action"u8))
            {
                actions++;
                action = Text(ref reader);
            }
            else if (reader.ValueTextEquals("modelName"u8))
            {
                model = Text(ref reader);
            }
            else
            {
                isOther = !reader.ValueTextEquals("query"u8);
                reader.Skip();
            }
        }
        if (isOther || actions != 1 || action is null || reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            return new OperationSummary(false, Other);
        }
        return new OperationSummary(
            Reads.Contains(action) && model is not null,
            string.Create(CultureInfo.InvariantCulture, $"{Shown(action)} {Shown(model)}").Trim()
        );
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Skip();
        return text;
    }

    // Whoever sends a request chooses these texts, and statistics show them.
    private static string Shown(string? name) =>
        name is { Length: <= MaxNameLength } && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? name : "";
}
