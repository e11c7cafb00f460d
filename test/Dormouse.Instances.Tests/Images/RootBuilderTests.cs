using Dormouse.Contracts;
using Dormouse.Instances.Images;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Images;

public sealed class RootBuilderTests : IDisposable
{
    private readonly TestDataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Equal_content_gives_an_equal_digest_whatever_the_times_and_the_folder_are()
    {
        string first = await DigestAsync("a", "text", RootBuilder.FileMode);
        string second = await DigestAsync("b", "text", RootBuilder.FileMode);
        Assert.Equal(first, second);
        Assert.Matches("^[0-9a-f]{64}$", first);
    }

    [Fact]
    public async Task A_changed_byte_or_mode_changes_the_digest()
    {
        string[] digests =
        [
            await DigestAsync("a", "text", RootBuilder.FileMode),
            await DigestAsync("b", "tent", RootBuilder.FileMode),
            await DigestAsync("c", "text", RootBuilder.ProgramMode),
        ];
        Assert.Equal(3, digests.Distinct().Count());
    }

    [Fact]
    public void Absolute_links_of_a_tree_stay_inside_it()
    {
        Directory.CreateDirectory(folder.Combine("tree", "etc"));
        File.WriteAllText(folder.Combine("tree", "etc", "hostname"), "inside");
        File.CreateSymbolicLink(folder.Combine("tree", "name"), "/etc/hostname");
        File.CreateSymbolicLink(folder.Combine("tree", "up"), "../../../../../../etc/hostname");
        File.CreateSymbolicLink(folder.Combine("tree", "loop"), "loop");
        var tree = new SourceTree(folder.Combine("tree"));
        Assert.Equal("inside", File.ReadAllText(tree.FindFile("/name")!));
        Assert.Equal("inside", File.ReadAllText(tree.FindFile("/up")!));
        Assert.Null(tree.FindFile("/loop"));
        Assert.Null(tree.FindFile("/absent"));
    }

    [Fact]
    public void The_closure_of_a_program_of_the_host_holds_its_loader_and_the_C_library()
    {
        var host = new SourceTree("/");
        var builder = new RootBuilder(folder.Combine("root"));
        builder.AddFile("/bin/sh", host.FindFile("/bin/sh")!);
        ElfClosure.Complete(builder, host, host.FindFile("/bin/sh")!);
        ElfFile shell = ElfFile.TryRead(builder.Root + "/usr/bin/sh")!;
        Assert.Contains("libc.so.6", shell.Needed);
        Assert.True(builder.Has(RootBuilder.Merged(shell.Interpreter!)));
        Assert.Contains(builder.Sources.Keys, path => path.EndsWith("/libc.so.6", StringComparison.Ordinal));
    }

    [Fact]
    public void A_library_that_no_part_has_is_named_together_with_who_needs_it()
    {
        Directory.CreateDirectory(folder.Combine("empty"));
        var builder = new RootBuilder(folder.Combine("root"));
        builder.AddFile("/bin/sh", new SourceTree("/").FindFile("/bin/sh")!);
        DormouseException failure = Assert.Throws<DormouseException>(() =>
            ElfClosure.Complete(builder, new SourceTree(folder.Combine("empty")), builder.Root + "/usr/bin/sh")
        );
        Assert.Equal("DM3003", failure.Code);
        Assert.Contains("/usr/bin/sh", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_is_no_program() => Assert.Null(ElfFile.TryRead(typeof(RootBuilderTests).Assembly.Location));

    private async Task<string> DigestAsync(string name, string text, UnixFileMode mode)
    {
        var builder = new RootBuilder(folder.Combine(name));
        builder.AddText("/usr/file", text);
        File.SetUnixFileMode(builder.Root + "/usr/file", mode);
        builder.AddLink("/link", "usr/file");
        builder.Seal();
        return (await ImageDigest.ComputeAsync(builder.Root, TestContext.Current.CancellationToken)).Digest;
    }
}
