using System.Text;
using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Statements;

/// <summary><c>CREATE INDEX</c>, also for unique constraints.</summary>
internal static class IndexStatements
{
    public static string Create(Table table, TableIndex index)
    {
        string kind = index.IsUnique ? "UNIQUE INDEX" : "INDEX";
        string method = index.Algorithm is null or IndexAlgorithm.BTree ? "" : $" USING {index.Algorithm.ToString()!.ToUpperInvariant()} ";
        string columns = string.Join(", ", index.Columns.Select(Column));
        return $"CREATE {kind} {SqlText.Name(index.Name)} ON {SqlText.Name(table.Schema, table.Name)}{method}({columns})";
    }

    private static string Column(IndexedColumn column)
    {
        string operatorClass = column.OperatorClass is { } given ? " " + OperatorClassName(given) : "";
        string sort = column.Sort switch
        {
            SortOrder.Ascending => " ASC",
            SortOrder.Descending => " DESC",
            _ => "",
        };
        return SqlText.Name(column.Name) + operatorClass + sort;
    }

    /// <summary>PostgreSQL's name of a class that the language has a word for: <c>TimestampTzMinMaxOps</c> is <c>timestamptz_minmax_ops</c>.</summary>
    private static string OperatorClassName(OperatorClass operatorClass)
    {
        if (operatorClass.IsRaw)
        {
            return operatorClass.Name;
        }
        StringBuilder name = new(operatorClass.Name);
        foreach (string word in (string[])["Inclusion", "MinMax", "Bloom", "Multi", "Path", "Ops"])
        {
            name.Replace(word, "_" + word);
        }
        return name.ToString().ToLowerInvariant();
    }
}
