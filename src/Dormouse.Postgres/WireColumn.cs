namespace Dormouse.Postgres;

/// <summary>A column of a result, as the server describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeOid">Its type.</param>
/// <param name="TypeModifier">Length, precision and scale as PostgreSQL packs them, or -1.</param>
/// <param name="TableOid">The table it comes from, or 0.</param>
/// <param name="TableColumn">Its number in that table, or 0.</param>
public readonly record struct WireColumn(string Name, uint TypeOid, int TypeModifier, uint TableOid, short TableColumn);
