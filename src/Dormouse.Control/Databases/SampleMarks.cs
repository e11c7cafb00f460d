using Dormouse.Contracts;
using Dormouse.Control.Store;

namespace Dormouse.Control.Databases;

/// <summary>Remembers that the sample database was made, so that it is not made again after a person deleted it.</summary>
public sealed class SampleMarks
{
    private const string Setting = "sample_database";
    private readonly SettingsStore settings;

    internal SampleMarks(SettingsStore settings) => this.settings = settings;

    /// <summary>The sample's id, <c>none</c> where the first run was told to make none, or null before the first run's end.</summary>
    public async Task<string?> FindAsync(CancellationToken cancellationToken) => await settings.FindAsync(Setting, cancellationToken);

    /// <param name="id">Null: none was made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task SetAsync(DatabaseId? id, CancellationToken cancellationToken) =>
        settings.SetAsync(Setting, id?.ToString() ?? "none", cancellationToken);
}
