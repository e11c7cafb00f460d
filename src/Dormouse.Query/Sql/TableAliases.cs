using System.Globalization;

namespace Dormouse.Query.Sql;

/// <summary>Names for the tables of one statement: t0, t1 and so on, each used once.</summary>
internal sealed class TableAliases
{
    private int next;

    public string New() => string.Create(CultureInfo.InvariantCulture, $"t{next++}");
}
