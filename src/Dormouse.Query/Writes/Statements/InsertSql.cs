using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Data;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Statements;

/// <summary>INSERT statements.</summary>
internal static class InsertSql
{
    private const string Alias = "t0";

    /// <summary>One record.</summary>
    /// <param name="returned">The columns that the statement yields; none means that it yields the number of records.</param>
    public static SqlBuilder One(Model model, ChangeSet changes, IReadOnlyList<ScalarField> returned)
    {
        var sql = Into(model);
        WriteValues(sql, changes);
        return Returning(sql, returned);
    }

    /// <summary>Columns and values of one record, for INSERT statements that go on after them.</summary>
    public static SqlBuilder OneOpen(Model model, ChangeSet changes)
    {
        var sql = Into(model);
        WriteValues(sql, changes);
        return sql;
    }

    /// <summary>Many records. Where a record has no value for a column of the others it gets the default of the table.</summary>
    public static SqlBuilder Many(
        Model model,
        IReadOnlyList<ScalarField> columns,
        IReadOnlyList<ChangeSet> records,
        bool skipDuplicates,
        IReadOnlyList<ScalarField> returned
    )
    {
        var sql = Into(model);
        if (columns.Count == 0)
        {
            // Each such statement makes one record.
            sql.Text(" DEFAULT VALUES");
        }
        else
        {
            WriteColumns(sql, columns);
            for (var i = 0; i < records.Count; i++)
            {
                WriteRow(sql.Text(i == 0 ? " VALUES (" : ", ("), columns, records[i]);
                sql.Text(")");
            }
        }

        sql.Text(skipDuplicates ? " ON CONFLICT DO NOTHING" : "");
        return Returning(sql, returned);
    }

    public static SqlBuilder Returning(SqlBuilder sql, IReadOnlyList<ScalarField> returned) =>
        returned.Count == 0 ? sql : Criteria.Columns(sql.Text(" RETURNING "), Alias, returned);

    private static SqlBuilder Into(Model model) => new SqlBuilder().Text("INSERT INTO ").Table(model).Text(" AS ").Name(Alias);

    private static void WriteValues(SqlBuilder sql, ChangeSet changes)
    {
        if (changes.IsEmpty)
        {
            sql.Text(" DEFAULT VALUES");
            return;
        }

        ScalarField[] columns = [.. changes.Items.Select(change => change.Field)];
        WriteColumns(sql, columns);
        WriteRow(sql.Text(" VALUES ("), columns, changes);
        sql.Text(")");
    }

    private static void WriteColumns(SqlBuilder sql, IReadOnlyList<ScalarField> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            sql.Text(i == 0 ? " (" : ", ").Name(columns[i].DatabaseName);
        }

        sql.Text(")");
    }

    private static void WriteRow(SqlBuilder sql, IReadOnlyList<ScalarField> columns, ChangeSet record)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            sql.Text(i > 0 ? ", " : "");
            if (record.TryGet(columns[i], out var change))
            {
                sql.Parameter(change.Value, change.Type);
            }
            else
            {
                // As Prisma's engine does it: a default that the schema does not know is not used for an optional column.
                sql.Text(columns[i].IsRequired || columns[i].Default is not null ? "DEFAULT" : "NULL");
            }
        }
    }
}
