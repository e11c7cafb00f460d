using Dormouse.Contracts;
using Dormouse.Instances.Images;
using Dormouse.Instances.Upgrades;

namespace Dormouse.Instances.Lifecycle;

/// <summary>An upgrade as the instance's writer sees it.</summary>
/// <param name="Folder">Of the instance.</param>
/// <param name="Target">The image that it leads to.</param>
/// <param name="FillAsync">
/// Makes <c>data.upgrading</c> from <c>data</c>, flushed to disk, and says whether its roles have the instance's passwords. Ends all servers that it starts,
/// also when it fails.
/// </param>
internal sealed record UpgradeOrder(InstanceFolder Folder, PostgresImage Target, Func<InstanceRecord, Task<bool>> FillAsync);

/// <summary>The steps to another major version and back. Whoever asks for the instance meanwhile waits, as for a wake.</summary>
internal sealed partial class Instance
{
    private const string UpgradeReason = "upgraded to another major version";
    private const string BackReason = "taken back to the version before";

    /// <summary>Ends its sessions. If it fails the instance is as it was, and runs if it ran.</summary>
    public Task UpgradeAsync(UpgradeOrder order) => Ask(() => WhileWaitersKnowAsync(() => UpgradeStepAsync(order)));

    /// <summary>Ends its sessions; what was written since the upgrade is lost.</summary>
    public Task GoBackAsync(InstanceFolder folder) => Ask(() => WhileWaitersKnowAsync(() => GoBackStepAsync(folder)));

    /// <summary>Removes the data from before the upgrade.</summary>
    public Task ConfirmUpgradeAsync(InstanceFolder folder) => Ask(() => ConfirmStepAsync(folder));

    private async Task WhileWaitersKnowAsync(Func<Task> step)
    {
        waiting.IsForUpgrade = true;
        try
        {
            await step();
        }
        finally
        {
            waiting.IsForUpgrade = false;
        }
    }

    private async Task UpgradeStepAsync(UpgradeOrder order)
    {
        bool ran = await StopForAsync(UpgradeReason);
        InstanceRecord before = standing.Draft!;
        if (before.PreviousImage is not null)
        {
            throw UpgradeFailures.NotConfirmed(Id, before.PreviousVersion);
        }
        // What an earlier confirmation could not remove would be taken for the data to go back to.
        DataUpgrade.RemovePrevious(order.Folder);
        DataUpgrade.RemoveUpgrading(order.Folder);
        try
        {
            standing.Draft = DataUpgrade.Begun(before, order.Target.Digest);
            Write(InstanceState.Stopped, mustBeWritten: true);
            bool hasSecrets = await order.FillAsync(before);
            DataUpgrade.SwapIn(order.Folder);
            standing.Draft = before with
            {
                ImageDigest = order.Target.Digest,
                PostgresVersion = order.Target.Version,
                PreviousImage = before.ImageDigest,
                PreviousVersion = before.PostgresVersion,
                SecretsSet = hasSecrets,
            };
            Write(InstanceState.Stopped, mustBeWritten: true);
            await StartAsync();
            Write(InstanceState.Running, mustBeWritten: true);
        }
        catch
        {
            await EndForReturnAsync();
            // Names first: a start that finds them so takes the record back too.
            DataUpgrade.UndoSwapIn(order.Folder);
            ReturnTo(before);
            await RunAgainAsync(ran);
            throw;
        }
        waiting.Admit(current.Generation!);
    }

    private async Task GoBackStepAsync(InstanceFolder folder)
    {
        bool ran = await StopForAsync(BackReason);
        InstanceRecord before = standing.Draft!;
        if (before.PreviousImage is null)
        {
            throw UpgradeFailures.NothingToConfirm(Id);
        }
        DataUpgrade.RemoveAbandoned(folder);
        try
        {
            DataUpgrade.SwapBack(folder);
            standing.Draft = DataUpgrade.WentBack(before);
            Write(InstanceState.Stopped, mustBeWritten: true);
            await StartAsync();
            Write(InstanceState.Running, mustBeWritten: true);
        }
        catch
        {
            await EndForReturnAsync();
            // The record first: a start that finds it so with these names goes back after all, which is whole too.
            ReturnTo(before);
            DataUpgrade.UndoSwapBack(folder);
            await RunAgainAsync(ran);
            throw;
        }
        waiting.Admit(current.Generation!);
        Forget(() => DataUpgrade.RemoveAbandoned(folder));
    }

    private Task ConfirmStepAsync(InstanceFolder folder)
    {
        ThrowIfAbsent();
        InstanceRecord before = standing.Draft!;
        if (before.PreviousImage is null)
        {
            throw UpgradeFailures.NothingToConfirm(Id);
        }
        standing.Draft = DataUpgrade.Confirmed(before);
        Write(before.State, mustBeWritten: true);
        Forget(() => DataUpgrade.RemovePrevious(folder));
        return Task.CompletedTask;
    }

    /// <summary>Returns whether it had processes.</summary>
    private async Task<bool> StopForAsync(string reason)
    {
        await NoticeDeathAsync();
        ThrowIfAbsent();
        bool ran = Phase != InstancePhase.Stopped;
        if (ran)
        {
            standing.SleepReason = reason;
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        UndoIfOwed();
        driver.FinishSwap(Id);
        return ran;
    }

    private async Task EndForReturnAsync()
    {
        if (Phase == InstancePhase.Running)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
    }

    private void ReturnTo(InstanceRecord before)
    {
        standing.Draft = before with { Generation = standing.Draft!.Generation };
        Write(InstanceState.Stopped, mustBeWritten: true);
    }

    private async Task RunAgainAsync(bool ran)
    {
        if (ran && !isEnding)
        {
            await StartAsync();
            Write(InstanceState.Running);
            waiting.Admit(current.Generation!);
        }
    }

    /// <summary>What cannot be removed now goes at the next start of the platform.</summary>
    private void Forget(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            Log.ReplacedIsLeft(logger, Id, exception);
        }
    }
}
