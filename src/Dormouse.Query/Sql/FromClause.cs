using Dormouse.Schema.Models;

namespace Dormouse.Query.Sql;

/// <summary>
/// A table with the to-one relations that conditions and orderings look into, each joined once. A record has at most one related record
/// there, so joining never multiplies rows.
/// </summary>
internal sealed class FromClause
{
    private readonly SqlBuilder text = new();
    private readonly Dictionary<(string, RelationField), string> joined = [];

    public FromClause(Model model, TableAliases aliases)
    {
        Aliases = aliases;
        Alias = aliases.New();
        text.Table(model).Text(" AS ").Name(Alias);
    }

    public TableAliases Aliases { get; }

    public string Alias { get; }

    /// <summary>The alias under which the related record's columns are; all NULL where there is none.</summary>
    public string ToOne(string alias, RelationField field)
    {
        if (joined.TryGetValue((alias, field), out var known))
        {
            return known;
        }

        var related = joined[(alias, field)] = Aliases.New();
        text.Text(" LEFT JOIN ").Table(field.Target).Text(" AS ").Name(related).Text(" ON ");
        RelationColumns.WriteLink(text, field, alias, related);
        return related;
    }

    /// <summary>Another join, such as of counted records.</summary>
    public SqlBuilder Join() => text.Text(" ");

    public void WriteTo(SqlBuilder sql) => sql.Append(text);
}
