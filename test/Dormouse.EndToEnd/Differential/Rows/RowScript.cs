using System.Text;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Rows;

/// <summary>SQL around rows: to bring tables back to a set of rows, to read them whole, and to line sequences up with them.</summary>
internal static class RowScript
{
    /// <summary>Empties all tables and inserts the rows.</summary>
    public static string Reset(SchemaBlueprint schema, RowSet rows)
    {
        StringBuilder script = new();
        script.Append($"TRUNCATE {string.Join(", ", Tables(schema))} RESTART IDENTITY CASCADE;\n");
        foreach (Row row in rows.Rows)
        {
            ModelBlueprint model = schema.Model(row.Model);
            string columns = string.Join(", ", row.Values.Keys.Select(field => $"\"{model.Field(field).StoredName}\""));
            string values = string.Join(", ", row.Values.Values.Select(value => value.Sql));
            script.Append($"INSERT INTO {model.SqlName} ({columns}) VALUES ({values});\n");
        }
        foreach (Link link in rows.Links)
        {
            RelationBlueprint relation = schema.Relations.Single(one => one.Name == link.Relation);
            script.Append($"INSERT INTO {JoinTable(schema, relation)} (\"A\", \"B\") VALUES ({link.A.Sql}, {link.B.Sql});\n");
        }
        foreach ((string sequence, string highest) in Sequences(schema))
        {
            script.Append($"PERFORM setval({sequence}, greatest({highest}, 100));\n");
        }
        return script.ToString();
    }

    /// <summary>One query that gives all rows as text, ordered by their content, and lines the sequences up with them.</summary>
    public static string ReadAll(SchemaBlueprint schema)
    {
        IEnumerable<string> parts = Tables(schema)
            .Select(table =>
                $"'{table.Replace("'", "''", StringComparison.Ordinal)}', (SELECT jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text) FROM {table} t)"
            )
            .Concat(Sequences(schema).Select((pair, i) => $"'sequence {i}', setval({pair.Sequence}, greatest({pair.Highest}, 100))"));
        return $"SELECT jsonb_build_object({string.Join(", ", parts)})::text";
    }

    /// <summary>Makes the views, which a schema only describes.</summary>
    public static string CreateViews(SchemaBlueprint schema)
    {
        StringBuilder script = new();
        foreach (ModelBlueprint view in schema.Models.Where(model => model.ViewOf is not null))
        {
            ModelBlueprint table = schema.Model(view.ViewOf!);
            IEnumerable<string> columns = view.Fields.Select(field =>
                $"\"{table.Field(field.Name).StoredName}\" AS \"{field.StoredName}\""
            );
            // It may be the first thing in its schema of the database.
            script.Append(view.Place is null ? "" : $"CREATE SCHEMA IF NOT EXISTS \"{view.Place}\";\n");
            script.Append($"CREATE VIEW {view.SqlName} AS SELECT {string.Join(", ", columns)} FROM {table.SqlName};\n");
        }
        return script.ToString();
    }

    private static IEnumerable<string> Tables(SchemaBlueprint schema) =>
        schema
            .Tables.Select(model => model.SqlName)
            .Concat(schema.Relations.Where(one => one.Kind == RelationKind.ManyToMany).Select(one => JoinTable(schema, one)));

    private static string JoinTable(SchemaBlueprint schema, RelationBlueprint relation) =>
        $"\"{schema.Model(relation.From).Place ?? "public"}\".\"{relation.JoinTable}\"";

    // How far a failed statement moved a sequence is nobody's promise.
    private static IEnumerable<(string Sequence, string Highest)> Sequences(SchemaBlueprint schema) =>
        from model in schema.Tables
        from field in model.Fields
        where field.Default == "autoincrement()"
        let table = model.SqlName.Replace("'", "''", StringComparison.Ordinal)
        let column = field.StoredName.Replace("'", "''", StringComparison.Ordinal)
        // The numbers that rows may hold go to the end of the type; new ones start in the middle of nowhere.
        select (
            $"pg_get_serial_sequence('{table}', '{column}')",
            $"(SELECT max(\"{field.StoredName}\") FROM {model.SqlName} WHERE \"{field.StoredName}\" < 1000000)"
        );
}
