using System.Text;
using Dormouse.Contracts;
using Dormouse.Data;
using Dormouse.Testing;

namespace Dormouse.Tests.Data;

public sealed class DataFolderTests
{
    [Fact]
    public void Secrets_are_their_owners_alone_and_stay_the_same()
    {
        using var temporary = new TestDataFolder();
        DataFolder folder = DataFolder.Resolve(temporary.Combine("new", "data"));
        using IDisposable held = folder.CreateAndLock();

        string token = folder.AdminToken();
        byte[] pepper = folder.Pepper();
        byte[] sealedSecret = folder.SecretBox().Seal("secret"u8, "test"u8);

        Assert.Equal(64, token.Length);
        Assert.Equal(32, pepper.Length);
        Assert.Equal(token, folder.AdminToken());
        Assert.Equal(pepper, folder.Pepper());
        Assert.Equal("secret", Encoding.UTF8.GetString(folder.SecretBox().Open(sealedSecret, "test"u8)));
        const UnixFileMode ownerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (string file in (string[])["platform.lock", "admin.token", "keys/lookup.pepper", "keys/1.key"])
        {
            Assert.Equal(ownerReadWrite, File.GetUnixFileMode(Path.Combine(folder.Path, file)));
        }
        Assert.Equal(ownerReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(folder.Path, "keys")));
        // Instances' users pass through and cannot list.
        Assert.Equal(
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherExecute,
            File.GetUnixFileMode(folder.Path)
        );
    }

    [Fact]
    public void A_damaged_secret_is_told_and_not_replaced()
    {
        using var temporary = new TestDataFolder();
        DataFolder folder = DataFolder.Resolve(temporary.Path);
        using IDisposable held = folder.CreateAndLock();
        folder.Pepper();
        File.WriteAllText(temporary.Combine("keys", "lookup.pepper"), "damaged");

        var failure = Assert.Throws<DormouseException>(folder.Pepper);

        Assert.Equal("DM1012", failure.Code);
        Assert.Equal("damaged", File.ReadAllText(temporary.Combine("keys", "lookup.pepper")));
    }

    [Fact]
    public void A_folder_belongs_to_one_platform_at_a_time_and_the_refusal_names_it()
    {
        using var temporary = new TestDataFolder();
        DataFolder folder = DataFolder.Resolve(temporary.Path);
        using (folder.CreateAndLock())
        {
            long ticks = PlatformRecord.StartTicksOf(Environment.ProcessId)!.Value;
            folder.WriteRecord(new PlatformRecord(Environment.ProcessId, ticks, "http://127.0.0.1:4466", null, DateTimeOffset.UnixEpoch));

            var failure = Assert.Throws<DormouseException>(() => folder.CreateAndLock());

            Assert.Equal("DM1013", failure.Code);
            Assert.Contains($"process {Environment.ProcessId} at http://127.0.0.1:4466", failure.Message, StringComparison.Ordinal);
        }
        folder.CreateAndLock().Dispose();
    }

    [Fact]
    public void A_record_names_one_process_and_no_other_of_its_number()
    {
        long ticks = PlatformRecord.StartTicksOf(Environment.ProcessId)!.Value;
        var ours = new PlatformRecord(Environment.ProcessId, ticks, "", null, DateTimeOffset.UnixEpoch);

        Assert.True(ours.IsAlive());
        Assert.False((ours with { StartTicks = ticks - 1 }).IsAlive());
        Assert.False((ours with { Pid = int.MaxValue }).IsAlive());
    }

    [Fact]
    public void A_record_that_is_torn_or_missing_is_none()
    {
        using var temporary = new TestDataFolder();
        DataFolder folder = DataFolder.Resolve(temporary.Path);

        Assert.Null(folder.ReadRecord());
        File.WriteAllText(temporary.Combine("platform.json"), "{\"pid\":");
        Assert.Null(folder.ReadRecord());
    }
}
