namespace Dormouse.Instances.Host;

/// <summary>What a fresh machine lacks: packages, and leave to make sandboxes. Done where root or password-less sudo allows, once.</summary>
public static class HostSetup
{
    /// <exception cref="Dormouse.Contracts.DormouseException">DM1050: a package is missing and cannot be installed from here.</exception>
    public static async Task EnsureAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        await HostPackages.EnsureAsync(HostPackages.Needed, progress, cancellationToken);
        await AllowSandboxesAsync(progress, cancellationToken);
    }

    // Whatever stands in the way of it, the host's report tells that no sandbox can be made, and what to do.
    private static async Task AllowSandboxesAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        if (
            !AppArmorProfile.IsRuleInForce
            || HostCommand.Find("apparmor_parser") is not { } parser
            || HostCommand.Find("bwrap") is not { } bubblewrap
            || await HostFacts.TrySandboxAsync(cancellationToken) is null
            || AppArmorProfile.HasOther(bubblewrap)
            || await HostPrivilege.FindAsync(cancellationToken) is not { } privilege
        )
        {
            return;
        }
        progress.Report($"Allowing bubblewrap to make sandboxes by a profile of AppArmor, {AppArmorProfile.Path}");
        if (await AppArmorProfile.LoadAsync(bubblewrap, parser, privilege, cancellationToken) is { } failure)
        {
            progress.Report($"AppArmor did not take it: {failure}");
        }
    }
}
