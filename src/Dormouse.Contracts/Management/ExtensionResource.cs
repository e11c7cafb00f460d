namespace Dormouse.Contracts.Management;

/// <summary>An extension that a database may have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that the database's image brings.</param>
/// <param name="CreatedBy">
/// <c>tenant</c>: PostgreSQL trusts it, and <c>CREATE EXTENSION</c> works too; <c>platform</c>: only <c>db extension add</c> creates it.
/// </param>
public sealed record ExtensionResource(string Name, string Version, string CreatedBy)
{
    /// <summary>The version that the database has; absent: it has none.</summary>
    public string? Installed { get; init; }

    /// <summary>The schema in which its objects are.</summary>
    public string? Schema { get; init; }
}
