using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Host;

public sealed class DoorwayTests : IDisposable
{
    private readonly TestDataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Another_user_reaches_a_file_below_a_closed_folder_only_through_the_doorway()
    {
        Assert.SkipUnless(HostUsers.Template is not null, "Only root runs processes as other users.");
        int user = HostUsers.Template.Value;
        string closed = folder.Combine("closed");
        string file = Path.Combine(closed, "file");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(file, "inside", TestContext.Current.CancellationToken);
        Assert.False(Doorway.IsReachable(file, user));

        string[] asUser = ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "cat"];
        Assert.False((await RunAsync([.. asUser, file])).Succeeded);

        var doorway = new Doorway([file], user);
        HostCommandResult through = await RunAsync([.. doorway.Prefix(), .. asUser, doorway.Map(file)]);
        Assert.True(through.Succeeded, through.LastWords);
        Assert.Equal("inside", through.Output);
    }

    [Fact]
    public void Open_paths_need_no_doorway()
    {
        var doorway = new Doorway([folder.Combine("data")], 12345);
        Assert.Empty(doorway.Prefix());
        Assert.Equal(folder.Combine("data"), doorway.Map(folder.Combine("data")));
    }

    [Fact]
    public async Task A_lock_is_held_by_one_and_free_after_disposal()
    {
        string path = folder.Combine("locks", "one");
        FileLock first = FileLock.TryAcquire(path)!;
        Assert.Null(FileLock.TryAcquire(path));
        DormouseException failure = await Assert.ThrowsAsync<DormouseException>(() =>
            FileLock.AcquireAsync(path, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken)
        );
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        first.Dispose();
        using FileLock second = FileLock.TryAcquire(path)!;
        Assert.NotNull(second);
    }

    [Fact]
    public async Task A_cancelled_command_is_ended_with_its_children()
    {
        string mark = folder.Combine("mark");
        using var cancel = new CancellationTokenSource();
        Task<HostCommandResult> run = HostCommand.Of("sh", "-c", "sleep 1000 & echo $! > \"$0\"; wait", mark).RunAsync(cancel.Token);
        string child = "";
        while (child.Length == 0)
        {
            await Task.Yield();
            child = File.Exists(mark) ? File.ReadAllText(mark).Trim() : "";
        }
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        string status = $"/proc/{child}/stat";
        await Eventually.TrueAsync(() => IsGone(status));
    }

    // The kernel ends a process a moment after the signal, and a dead one may wait to be collected.
    private static bool IsGone(string status)
    {
        try
        {
            return File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static Task<HostCommandResult> RunAsync(string[] words) =>
        new HostCommand(words[0], words[1..]).RunAsync(TestContext.Current.CancellationToken);
}
