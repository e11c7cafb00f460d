using Dormouse.Schema.Models;

namespace Dormouse.Query.Sql;

/// <summary>The columns by which the records of a relation find each other.</summary>
internal static class RelationColumns
{
    /// <summary>On the field's own model. In a many-to-many relation: what the join table refers to.</summary>
    public static IReadOnlyList<ScalarField> Own(RelationField field) =>
        field.Relation.Kind == RelationKind.ManyToMany ? JoinTableKey(field.Model)
        : field.IsForward ? field.Fields
        : field.Opposite.References;

    /// <summary>On the related model.</summary>
    public static IReadOnlyList<ScalarField> Related(RelationField field) => Own(field.Opposite);

    /// <summary>The column of the join table that refers to the field's own model.</summary>
    public static string JoinColumn(RelationField field) =>
        ReferenceEquals(field.Relation.SideA, field) ? JoinTable.ColumnA : JoinTable.ColumnB;

    /// <summary>The table whose rows each stand for one related record: the join table, or the related model's own.</summary>
    public static void WriteLinkedTable(SqlBuilder sql, RelationField field)
    {
        if (field.Relation.JoinTable is { } table)
        {
            sql.Table(table.Schema, table.Name);
        }
        else
        {
            sql.Table(field.Target);
        }
    }

    /// <summary><c>"t1"."userId" = "t0"."id"</c>, not for many-to-many relations.</summary>
    public static void WriteLink(SqlBuilder sql, RelationField field, string alias, string relatedAlias)
    {
        var own = Own(field);
        var related = Related(field);
        for (var i = 0; i < own.Count; i++)
        {
            sql.Text(i > 0 ? " AND " : "").Column(relatedAlias, related[i]).Text(" = ").Column(alias, own[i]);
        }
    }

    /// <summary>Links related records to one record, whichever way their relation goes.</summary>
    /// <param name="where">Where the condition is written.</param>
    /// <param name="related">Gets a join with the join table, if there is one.</param>
    public static void WriteLinkTo(SqlBuilder where, RelationField field, string alias, FromClause related)
    {
        if (field.Relation.JoinTable is null)
        {
            WriteLink(where, field, alias, related.Alias);
            return;
        }

        var links = JoinLinks(related, field);
        where.Name(links).Text(".").Name(JoinColumn(field)).Text(" = ").Column(alias, Own(field)[0]);
    }

    /// <summary>Joins the rows of a join table to the related records of a field; returns their alias.</summary>
    public static string JoinLinks(FromClause related, RelationField field)
    {
        var table = field.Relation.JoinTable!;
        var links = related.Aliases.New();
        related
            .Join()
            .Text("INNER JOIN ")
            .Table(table.Schema, table.Name)
            .Text(" AS ")
            .Name(links)
            .Text(" ON ")
            .Name(links)
            .Text(".")
            .Name(JoinColumn(field.Opposite))
            .Text(" = ")
            .Column(related.Alias, Related(field)[0]);
        return links;
    }

    private static IReadOnlyList<ScalarField> JoinTableKey(Model model) => [.. PrimaryIdentifier.Of(model)];
}
