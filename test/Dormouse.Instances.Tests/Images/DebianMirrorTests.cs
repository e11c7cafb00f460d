using Dormouse.Instances.Images;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Images;

/// <summary>Where the address of a mirror comes from; all hosts here are invented.</summary>
public sealed class DebianMirrorTests : IDisposable
{
    private readonly TestDataFolder host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("deb http://mirror.test/debian bookworm main contrib")]
    [InlineData("# a comment\n\ndeb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://mirror.test/debian/ bookworm main # ours\n")]
    [InlineData("deb-src http://sources.test/debian bookworm main\ndeb http://mirror.test/debian bookworm main")]
    [InlineData("deb http://security.test/debian bookworm-security main\ndeb http://mirror.test/debian bookworm main")]
    [InlineData("deb http://vendor.test/linux/debian bookworm stable\ndeb http://mirror.test/debian bookworm main")]
    [InlineData("deb http://vendor.test/apt bookworm main\ndeb cdrom:[Debian]/ bookworm main\ndeb http://mirror.test/debian bookworm main")]
    public void The_archive_is_found_among_one_line_sources(string list)
    {
        Write("etc/apt/sources.list", list);
        Assert.Equal("http://mirror.test/debian", DebianMirror.FindInAptSources(host.Path)?.TrimEnd('/'));
    }

    [Theory]
    [InlineData("Types: deb\nURIs: https://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\n")]
    [InlineData("Types: deb deb-src\n# moved\nURIs:\n https://mirror.test/debian\nSuites: bookworm\nComponents: main\n")]
    [InlineData(
        "Types: deb\nURIs: https://old.test/debian\nSuites: bookworm\nComponents: main\nEnabled: no\n\n"
            + "Types: deb\nURIs: https://mirror.test/debian\nSuites: bookworm\nComponents: main\n"
    )]
    [InlineData(
        "Types: deb\nURIs: https://security.test/debian\nSuites: bookworm-security\nComponents: main\n\n"
            + "Types: deb\nURIs: https://mirror.test/debian\nSuites: bookworm\nComponents: main\n"
    )]
    public void The_archive_is_found_among_stanzas(string stanzas)
    {
        Write("etc/apt/sources.list.d/debian.sources", stanzas);
        Assert.Equal("https://mirror.test/debian", DebianMirror.FindInAptSources(host.Path));
    }

    [Fact]
    public void A_list_of_mirrors_as_cloud_images_have_it_is_followed()
    {
        Write("etc/apt/mirrors/debian.list", "# by the cloud\nhttps://cloud.test/debian\tpriority:1\nhttps://second.test/debian\n");
        Write(
            "etc/apt/sources.list.d/debian.sources",
            "Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: bookworm\nComponents: main\n"
        );
        Assert.Equal("https://cloud.test/debian", DebianMirror.FindInAptSources(host.Path));
    }

    [Fact]
    public void Ubuntus_sources_name_no_mirror_of_Debian()
    {
        Write("etc/apt/sources.list.d/ubuntu.sources", "Types: deb\nURIs: http://archive.test/ubuntu\nSuites: noble\nComponents: main\n");
        Assert.Null(DebianMirror.FindInAptSources(host.Path));
    }

    [Fact]
    public void Files_that_apt_would_ignore_are_ignored()
    {
        Write("etc/apt/sources.list.d/debian.list.disabled", "deb http://mirror.test/debian bookworm main");
        Assert.Null(DebianMirror.FindInAptSources(host.Path));
    }

    [Fact]
    public void The_default_of_debootstrap_is_read()
    {
        Write("usr/sbin/debootstrap", "#!/bin/sh\nset -e\nDEF_MIRROR=\"http://default.test/debian\"\n");
        Assert.Equal("http://default.test/debian", DebianMirror.FindInDebootstrap(host.Path));
    }

    private void Write(string path, string text)
    {
        string file = host.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
