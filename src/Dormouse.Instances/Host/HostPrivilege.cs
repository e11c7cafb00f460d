namespace Dormouse.Instances.Host;

/// <summary>How this platform may do what only root may.</summary>
internal static class HostPrivilege
{
    /// <summary>The words that make a command run as root, none for root itself; null where neither it nor sudo without a password is there.</summary>
    public static async Task<string[]?> FindAsync(CancellationToken cancellationToken)
    {
        if (HostDisk.IsRoot)
        {
            return [];
        }
        return HostCommand.Find("sudo") is { } sudo && (await HostCommand.Of(sudo, "-n", "true").RunAsync(cancellationToken)).Succeeded
            ? [sudo, "-n"]
            : null;
    }
}
