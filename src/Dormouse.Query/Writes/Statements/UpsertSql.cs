using Dormouse.Query.Filters;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Data;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Statements;

/// <summary>INSERT … ON CONFLICT … DO UPDATE.</summary>
internal static class UpsertSql
{
    public static SqlBuilder Native(
        Model model,
        IReadOnlyList<ScalarField> unique,
        ChangeSet create,
        ChangeSet update,
        Condition? filter,
        IReadOnlyList<ScalarField> returned
    )
    {
        var aliases = new TableAliases();
        var alias = aliases.New();
        var sql = InsertSql.OneOpen(model, create).Text(" ON CONFLICT (");
        for (var i = 0; i < unique.Count; i++)
        {
            sql.Text(i > 0 ? ", " : "").Name(unique[i].DatabaseName);
        }

        UpdateSql.WriteChanges(sql.Text(") DO UPDATE SET "), update, alias);
        new Criteria(model, filter).Write(sql, alias, aliases);
        return InsertSql.Returning(sql, returned);
    }
}
