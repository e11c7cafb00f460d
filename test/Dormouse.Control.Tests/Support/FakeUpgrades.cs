using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Control.Tests.Support;

/// <summary>Upgrades to 18 and to nothing else; what is asked is remembered.</summary>
internal sealed class FakeUpgrades : IUpgrades
{
    public ConcurrentQueue<string> Calls { get; } = new();

    public Task UpgradeAsync(DatabaseId id, int major, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"upgrade {id} {major}");
        return major == 18 ? Task.CompletedTask : Task.FromException(new DormouseException(FailureKind.Caller, "DM3550", "no"));
    }

    public Task ConfirmAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"confirm {id}");
        return Task.CompletedTask;
    }

    public Task GoBackAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"back {id}");
        return Task.CompletedTask;
    }
}
