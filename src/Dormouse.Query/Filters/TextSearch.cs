using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>PostgreSQL's full-text search over some fields as one document.</summary>
internal static class TextSearch
{
    public static void WriteDocument(SqlBuilder sql, IReadOnlyList<ScalarField> fields, string alias)
    {
        sql.Text("to_tsvector(concat_ws(' '");
        foreach (var field in fields)
        {
            sql.Text(", ").Column(alias, field);
        }

        sql.Text("))");
    }
}
