using System.Diagnostics;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Resources;

/// <summary>The platform's place among the control groups of its instances, with a process that stands for it.</summary>
public sealed class PlatformGroupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_platform_is_beside_its_instances_is_none_of_them_and_goes_back_where_it_came_from()
    {
        string scope = "test-" + Guid.NewGuid().ToString("n")[..8];
        ResourceGroups groups = await ResourceGroups.ProbeAsync(scope, ResourceChoice.Automatic, TimeProvider.System, Cancellation);
        groups.RemoveIfEmpty();
        bool isWeighed = CgroupMount.All().Any(mount => !mount.Unified && mount.Controllers.Contains("cpu"));
        Assert.SkipUnless(isWeighed && groups.Report.ProcessorWeighted, "No version 1 of control groups weighs here.");
        using Process process = Process.Start("sleep", "60");
        try
        {
            string before = OwnGroups(process.Id);
            groups.TakePlatform(process.Id);

            Assert.Contains($"/dormouse-{scope}/platform", OwnGroups(process.Id), StringComparison.Ordinal);
            // What is swept as left behind is ended, which the platform must not be.
            Assert.Empty(groups.Names());
            groups.RemoveIfEmpty();
            Assert.False(process.HasExited);

            groups.LetPlatformGo(process.Id);
            groups.RemoveIfEmpty();
            Assert.Equal(before, OwnGroups(process.Id));
            Assert.DoesNotContain(
                CgroupMount.All().SelectMany(mount => mount.Parents()),
                parent => Directory.Exists(Path.Combine(parent, "dormouse-" + scope))
            );
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }
    }

    private static string OwnGroups(int pid) => File.ReadAllText($"/proc/{pid}/cgroup");
}
