using Dormouse.Contracts;

namespace Dormouse.Control.Store;

/// <summary>The few facts about the platform itself that must outlive it.</summary>
internal sealed class SettingsStore(ControlStore store)
{
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
                (string?)await connection.ScalarAsync("select value from dormouse.settings where name = $1", [name], token),
            cancellationToken
        );

    public Task SetAsync(string name, string value, CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) =>
                connection.ExecuteAsync(
                    "insert into dormouse.settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
                    [name, value],
                    token
                ),
            cancellationToken
        );

    /// <summary>
    /// Sees that the pepper of the data folder is the one under which this store's keys were hashed: with another, every key would
    /// silently be unknown.
    /// </summary>
    public async Task CheckPepperAsync(string fingerprint, CancellationToken cancellationToken)
    {
        const string name = "pepper_fingerprint";
        string? known = await FindAsync(name, cancellationToken);
        if (known is null)
        {
            await SetAsync(name, fingerprint, cancellationToken);
        }
        else if (known != fingerprint)
        {
            throw new DormouseException(
                FailureKind.ControlPlane,
                "DM2004",
                "The file 'keys/lookup.pepper' of the data folder is not the one under which the API keys in this control store were made, "
                    + "so none of them would be found. Put the old file back, or use the data folder that belongs to this store."
            );
        }
    }
}
