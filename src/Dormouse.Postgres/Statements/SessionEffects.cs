using System.Text.RegularExpressions;

namespace Dormouse.Postgres.Statements;

/// <summary>
/// Says which commands leave something behind in the session, so that only those cost a reset when the connection is returned. The
/// command tag tells for most; functions and temporary tables hide behind SELECT and CREATE, so the text is looked at once, when it is
/// prepared. What a tenant's own function does inside cannot be seen: whoever runs such text calls
/// <see cref="ServerConnection.MarkSessionChanged"/>.
/// </summary>
internal static partial class SessionEffects
{
    // The shortest text that the pattern can match.
    private const int ShortestMatch = 8;

    public static bool MayChangeSession(string sql) => sql.Length >= ShortestMatch && HiddenEffect().IsMatch(sql);

    public static SessionEffect Of(string command, string sql) =>
        command switch
        {
            "SELECT" or "INSERT" or "UPDATE" or "DELETE" or "MERGE" or "BEGIN" or "COMMIT" or "ROLLBACK" or "SAVEPOINT" or "RELEASE" =>
                SessionEffect.None,
            "SET" => IsTransactional().IsMatch(sql) ? SessionEffect.None : SessionEffect.Changed,
            "RESET" or "LISTEN" or "PREPARE" or "DECLARE CURSOR" or "LOAD" or "DO" or "CALL" => SessionEffect.Changed,
            "DEALLOCATE ALL" => SessionEffect.StatementsDropped,
            "DISCARD ALL" => SessionEffect.StatementsDropped,
            _ => SessionEffect.None,
        };

    [GeneratedRegex(
        @"\b(?:set_config|setseed|pg_(?:try_)?advisory_lock(?:_shared)?|pg_temp)\b|\btemp(?:orary)?\s+(?:recursive\s+)?(?:table|view|sequence)\b|\binto\s+(?:local\s+|global\s+)?temp(?:orary)?\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex HiddenEffect();

    // Only a text that is this one statement: in a script the tag may belong to another SET.
    [GeneratedRegex(@"^\s*set\s+(?:transaction|local)\s[^;]*;?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IsTransactional();
}

internal enum SessionEffect
{
    None,

    /// <summary>Something outlives the transaction.</summary>
    Changed,

    /// <summary>Our prepared statements are gone too.</summary>
    StatementsDropped,
}
