namespace Dormouse.Query.Sql;

/// <summary>Breaks a statement into lines where its clauses begin; what lies in parentheses or quotes stays together.</summary>
internal static class SqlLines
{
    private static readonly string[] Clauses =
    [
        "SELECT ",
        "FROM ",
        "WHERE ",
        "LEFT JOIN ",
        "INNER JOIN ",
        "GROUP BY ",
        "HAVING ",
        "ORDER BY ",
        "LIMIT ",
        "OFFSET ",
        "VALUES ",
        "SET ",
        "ON CONFLICT ",
        "RETURNING ",
    ];

    public static IEnumerable<string> Of(string sql)
    {
        var start = 0;
        var depth = 0;
        var quote = '\0';
        for (var i = 0; i < sql.Length; i++)
        {
            var c = sql[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
                continue;
            }

            switch (c)
            {
                case '"' or '\'':
                    quote = c;
                    break;
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case ' ' when depth == 0 && Array.Exists(Clauses, clause => sql.AsSpan(i + 1).StartsWith(clause)):
                    yield return sql[start..i];
                    start = i + 1;
                    break;
            }
        }

        yield return sql[start..];
    }
}
